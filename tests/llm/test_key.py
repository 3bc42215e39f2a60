from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stillwatch.errors import StillwatchError
from stillwatch.llm.key import own_key, read_key


def test_made_once_for_us_alone(tmp_path: Path) -> None:
    path, key = own_key(tmp_path / "run")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(key) >= 32
    assert own_key(tmp_path / "run") == (path, key)


def test_many_starters_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: own_key(tmp_path / "run"), range(32)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["llama.key"]


def test_a_key_that_others_can_read_or_redirect_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("secret\n")
    path.chmod(0o640)
    with pytest.raises(StillwatchError, match="chmod 600"):
        read_key(path)
    path.chmod(0o600)
    assert read_key(path) == "secret"
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(StillwatchError):
        read_key(tmp_path / "link")
    path.write_text("\n")
    with pytest.raises(StillwatchError, match="no key"):
        read_key(path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StillwatchError):
        own_key(tmp_path / "file")
