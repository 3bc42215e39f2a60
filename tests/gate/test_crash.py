"""kill -9 at every step from proposal to outcome: nothing runs twice, no approval is lost, every unknown is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    """In memory if possible: a killed process loses no page of the kernel, and a disk only takes time."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as place:
        yield place


def crash(folder, kills, seed):
    argv = [sys.executable, "-m", "tests.gate.crash_entry", str(folder), str(kills), str(seed)]
    told = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=3000)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_r29_two_hundred_kills(folder):
    found = crash(folder, 200, 29)
    assert found["wrong"] == []
    assert found["points"] >= 25
    assert found["kills"] >= 200


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_r29_a_thousand_kills(folder):
    found = crash(folder, 1_000, 30)
    assert found["wrong"] == []
    assert found["kills"] >= 1_000
