"""`python -m stillwatch` and the installed program are the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_both_ways_to_start_say_the_same() -> None:
    installed = Path(sys.executable).parent / "stillwatch"
    ways = ([sys.executable, "-m", "stillwatch"], [str(installed)])
    first, second = (subprocess.run([*way, "check", "-h"], capture_output=True, text=True) for way in ways)
    assert first.stdout == second.stdout != ""
    assert first.returncode == second.returncode == 0


def test_the_exit_code_is_passed_on() -> None:
    assert subprocess.run([sys.executable, "-m", "stillwatch", "frob"], capture_output=True).returncode == 2
