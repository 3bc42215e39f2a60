"""`gate`: the real process in a trial, from a command line to its sockets and back."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stillwatch.config import Paths, find_paths
from stillwatch.errors import NotReachable
from stillwatch.gate.client import ask
from stillwatch.views.gate import STATUS

POLL = 0.02


def answers(paths: Paths) -> bool:
    try:
        return bool(ask(paths, STATUS))
    except NotReachable:
        return False


@pytest.mark.process
def test_it_serves_until_told_and_leaves_a_record(tmp_path: Path) -> None:
    state, runtime = str(tmp_path / "state"), str(tmp_path / "run")
    options = ["--state-dir", state, "--runtime-dir", runtime]
    command = [sys.executable, "-m", "stillwatch", "gate", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        paths = find_paths(None, state, runtime)
        end = time.monotonic() + 20
        while not answers(paths):
            assert process.poll() is None and time.monotonic() < end, process.stderr and process.stderr.read()
            time.sleep(POLL)
        second = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert second.returncode == 5
        assert "another gate" in second.stderr
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(20)
    assert code == 0
    verify = subprocess.run([*command[:3], "audit", "verify", *options], capture_output=True, text=True, timeout=20)
    assert verify.returncode == 0, verify.stderr
