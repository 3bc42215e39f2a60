from __future__ import annotations

from pathlib import Path

from stillwatch.admin.explain import explain_action
from stillwatch.config import find_paths


async def test_a_protected_unit_is_refused_at_every_level(tmp_path: Path) -> None:
    paths = find_paths(None, str(tmp_path / "state"), str(tmp_path / "run"))
    for action in ("restart_unit", "undo"):  # an undo asks the gate first, and there is none
        said = await explain_action(paths, "auto-full", action, "ssh.service", {})
        assert said.verdict == "refuse" and said.reason
