from __future__ import annotations

import sqlite3

import pytest

from stillwatch.gate import kill_switch
from stillwatch.gate.change.action import Refused
from tests.gate.stage import ADMIN, DAEMON, bus_of, kinds, make_gate, propose, say


async def test_r13_a_touched_file_pauses_too(tmp_path):
    gate = make_gate(tmp_path)
    (gate.database.folder / "paused").touch()
    assert (await propose(gate, "web.service"))["state"] == "waiting"
    assert bus_of(gate).done == []


def test_r13_it_is_paused_even_if_that_cannot_be_recorded_and_not_resumed_unless_it_can(tmp_path, monkeypatch):
    gate = make_gate(tmp_path)

    def full():
        raise sqlite3.OperationalError("full")

    monkeypatch.setattr(gate.database, "writing", full)
    for change in (gate.switch.pause, gate.switch.resume):
        with pytest.raises(sqlite3.OperationalError):
            change("me")
        assert gate.switch.is_on()


def test_both_stand_in_the_log(tmp_path):
    gate = make_gate(tmp_path)
    gate.switch.pause("me")
    gate.switch.resume("me")
    gate.switch.resume("me")
    assert kinds(gate) == ["paused", "resumed", "resumed"]
    assert not gate.switch.is_on()


def test_r13_where_no_file_can_be_made_it_is_paused_all_the_same_and_says_for_how_long(tmp_path, monkeypatch):
    gate = make_gate(tmp_path)

    def full(path, content):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(kill_switch, "write_durably", full)
        with pytest.raises(Refused, match=r"^paused .*No space left on device"):
            gate.switch.pause("me")
    assert gate.switch.is_on()
    gate.switch.resume("me")
    assert not gate.switch.is_on()


async def test_r41_a_daemon_that_pauses_again_and_again_writes_one_record(tmp_path):
    gate = make_gate(tmp_path)
    for _ in range(5):
        await say(gate, DAEMON, "pause")
    assert kinds(gate) == ["paused"]
    await say(gate, ADMIN, "pause")
    assert kinds(gate) == ["paused", "paused"]
