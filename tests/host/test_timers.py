from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.host.timers import remembered
from stillwatch.records.unit import UnitState
from tests.support.journal_export import REMOTE, START, export, make_journal

STARTED = "39f53479d3a045ac8e11786248231fbf"
PID1 = {"_TRANSPORT": "journal", "_PID": "1", "_UID": "0", "_COMM": "systemd", "_SYSTEMD_UNIT": "init.scope"}
USER = {"_TRANSPORT": "journal", "_PID": "4242", "_UID": "1000", "_COMM": "logger"}
OFF = UnitState(name="backup.timer", enabled="disabled", active_state="inactive")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    told = [
        {**PID1, "UNIT": "backup.timer", "MESSAGE_ID": STARTED, "MESSAGE": "Started backup.timer"},
        {**PID1, "UNIT": "other.timer", "MESSAGE_ID": STARTED, "MESSAGE": "Started other.timer"},
        {**USER, "UNIT": "forged.timer", "MESSAGE_ID": STARTED, "MESSAGE": "Started forged.timer"},
    ]
    return make_journal(tmp_path / "journal/x.journal", export(told))


@pytest.mark.skipif(not Path(REMOTE).exists(), reason="needs systemd-journal-remote")
def test_pid_1_remembers_that_it_ran_and_nobody_else_can(tmp_path: Path, journal: Path) -> None:
    assert remembered(OFF, tmp_path, journal).active_at == START
    forged = UnitState(name="forged.timer", enabled="disabled")
    assert remembered(forged, tmp_path, journal).active_at == 0.0


def test_the_stamp_of_its_last_run(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp-backup.timer"
    stamp.touch()
    os.utime(stamp, (5000, 5000))
    assert remembered(OFF, tmp_path, tmp_path / "none").active_at == 5000.0


def test_one_that_never_ran_and_one_that_is_on_are_left_alone(tmp_path: Path) -> None:
    assert remembered(OFF, tmp_path, tmp_path / "none") == OFF
    on = UnitState(name="backup.timer", enabled="enabled", active_state="active")
    assert remembered(on, tmp_path, tmp_path / "none") is on
