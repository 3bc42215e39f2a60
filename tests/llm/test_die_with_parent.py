from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.llm.child import LEASH
from tests.llm.test_servers import eventually


def leashed(parent: int, *argv: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(LEASH), str(parent), *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def test_becomes_the_program() -> None:
    done = leashed(os.getpid(), "/bin/sh", "-c", "echo $0 $1; exit 7", "a b", "c")
    assert (done.returncode, done.stdout) == (7, "a b c\n")


def test_does_not_start_once_its_parent_is_another() -> None:
    done = leashed(1, "/bin/echo", "started")
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.process
async def test_a_program_with_children_of_its_own_is_told_to_end_instead(tmp_path: Path) -> None:
    """As ninja is, which then ends its compilers."""
    script = f"trap 'echo told > {tmp_path}/said; exit' TERM; echo up > {tmp_path}/up; while :; do sleep 0.02; done"
    program = (
        "import os, subprocess, sys\n"
        "leash = [sys.executable, '-I', sys.argv[1], f'{os.getpid()}:15']\n"
        "subprocess.run([*leash, '/bin/sh', '-c', sys.argv[2]])"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(LEASH), script]) as parent:
        assert await eventually((tmp_path / "up").exists)
        parent.kill()
    assert await eventually((tmp_path / "said").exists)
