"""A second try is told, a few are let pass, and nothing about safety gets one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.rig import REPOSITORY

pytestmark = pytest.mark.process
SECOND = """
import pytest
tries = {{}}

@pytest.mark.process
@pytest.mark.parametrize("number", range({count}))
def test_{name}(number):
    tries[number] = tries.get(number, 0) + 1
    assert tries[number] == 2, "not the first time"
"""
UNIT = SECOND.replace("@pytest.mark.process\n", "")


@pytest.mark.parametrize(
    ("text", "count", "name", "code"),
    [(SECOND, 3, "busy", 0), (SECOND, 4, "busy", 1), (SECOND, 1, "r07_refuses", 1), (UNIT, 1, "plain", 1)],
)
def test_who_may_try_again_and_how_often(text: str, count: int, name: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "test_tried.py").write_text(text.format(count=count, name=name))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", "/dev/null", "--reruns", "1"]
    environment = {key: value for key, value in os.environ.items() if key != "CI"} | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [*command, str(tmp_path)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout
    told = [line for line in done.stdout.splitlines() if "not the first time" in line and "::test_busy" in line]
    assert len(told) >= (count if name == "busy" else 0)
