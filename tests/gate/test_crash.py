"""kill -9 at every step from proposal to outcome: nothing runs twice, no approval is lost, every unknown is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


def crash(folder, kills, seed, what="change"):
    argv = [sys.executable, "-m", "tests.gate.crash_entry", str(folder), str(kills), str(seed), what]
    quick = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    told = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=None, env=quick)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_r29_sixty_kills(memory, seed):
    found = crash(memory, 60, seed)
    assert found["wrong"] == []
    assert found["points"] >= 25
    assert found["kills"] >= 60


def test_r29_forty_kills_while_a_change_is_taken_back(memory, seed):
    found = crash(memory, 40, seed, "undo")
    assert found["wrong"] == []
    assert found["points"] >= 25
    assert found["kills"] >= 40


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("what", ["change", "undo"])
def test_r29_ten_thousand_kills(memory, what):
    found = crash(memory, 10_000, 30, what)
    assert found["wrong"] == []
    assert found["kills"] >= 10_000
