from __future__ import annotations

import os
import subprocess
import sys

from stillwatch.llm.child import LEASH


def leashed(parent: int, *argv: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(LEASH), str(parent), *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def test_becomes_the_program() -> None:
    done = leashed(os.getpid(), "/bin/sh", "-c", "echo $0 $1; exit 7", "a b", "c")
    assert (done.returncode, done.stdout) == (7, "a b c\n")


def test_does_not_start_once_its_parent_is_another() -> None:
    done = leashed(1, "/bin/echo", "started")
    assert (done.returncode, done.stdout) == (1, "")
