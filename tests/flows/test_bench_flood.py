"""The bench of floods for a second: a real daemon, a followed file, a kernel's line in another."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent.parent


@pytest.mark.process
@pytest.mark.timeout(400)
def test_a_second_of_flood_is_read_counted_and_hides_no_kernel_line() -> None:
    program = [sys.executable, "bench/flood.py", "--seconds", "1", "--rate", "5000"]
    done = subprocess.run(program, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    written, read, counted = (int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", done.stdout)[:3])
    assert read > written > 3000, done.stdout
    assert counted > written // 2, done.stdout
    assert "seen after inf" not in done.stdout, done.stdout
