from __future__ import annotations

import sqlite3

import pytest

from tests.gate.stage import bus_of, kinds, make_gate, propose


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
