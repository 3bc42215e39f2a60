"""The one summary of scripts/test: its last line is what pytest's would be, and a stage that broke is no success."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.test_summary import counts, line
from tests.support.rig import REPOSITORY

SUITE = '<testsuites><testsuite tests="{0}" failures="{1}" errors="0" skipped="{2}" time="1.5"/></testsuites>'


def summary(folder: Path) -> list[str]:
    command = [sys.executable, "scripts/test_summary.py", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY).stdout.splitlines()


def test_the_last_line_counts_all(tmp_path: Path) -> None:
    (tmp_path / "machines.xml").write_text(SUITE.format(10, 0, 1))
    (tmp_path / "together.xml").write_text(SUITE.format(20, 0, 0))
    told = summary(tmp_path)
    assert told[-1] == "29 passed, 1 skipped in 3.00s"
    assert [row.split()[0] for row in told[1:-1]] == ["units,", "machines"]
    (tmp_path / "gate.xml").write_text(SUITE.format(5, 2, 0))
    assert summary(tmp_path)[-1] == "2 failed, 32 passed, 1 skipped in 4.50s"


def test_a_stage_without_a_result_has_failed(tmp_path: Path) -> None:
    assert line(counts(tmp_path / "none.xml")) == "1 failed, 0 passed in 0.00s"
