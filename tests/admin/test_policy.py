from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.admin.policy import declared, declared_already, policy_of
from stillwatch.config import find_paths
from stillwatch.errors import StillwatchError

LOGS = """
[[rotated_logs]]
name = "shop"
directory = "/var/log/shop"
pattern = "*.gz"
"""


def test_the_policy_of_a_trial_is_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "stillwatch.toml").write_text("")
    file = tmp_path / "policy.toml"
    paths = find_paths(tmp_path / "stillwatch.toml", str(tmp_path / "state"), str(tmp_path / "run"))
    assert policy_of(paths).version and declared_already(paths)["rotated_logs"] == set()
    file.write_text(LOGS)
    policy = policy_of(paths)
    assert declared(policy) == {"rotated_logs": ["shop"]}
    assert declared_already(paths)["rotated_logs"] == {"/var/log/shop"}
    file.chmod(0o666)
    with pytest.raises(StillwatchError):
        policy_of(paths)
    assert declared_already(paths) == {}
