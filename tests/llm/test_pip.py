from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.llm import pip
from stillwatch.llm.pip import pip_command


async def test_ours_where_there_is_one(tmp_path: Path) -> None:
    assert await pip_command(tmp_path) == [sys.executable, "-m", "pip"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.process
async def test_one_of_its_own_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the program of an installed service, which is copied without pip."""
    monkeypatch.setattr(pip, "find_spec", lambda name: None)
    argv = await pip_command(tmp_path)
    assert argv[0].startswith(str(tmp_path))
    done = subprocess.run([*argv, "--version"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout.startswith("pip ")


async def test_none_can_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    with pytest.raises(NotReachable, match="no pip") as none:
        await pip_command(tmp_path)
    assert none.value.next_step
