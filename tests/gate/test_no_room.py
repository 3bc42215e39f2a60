"""A full disk in the middle of a change, write by write: what was seen is written once there is room."""

from __future__ import annotations

import sqlite3

import pytest

from stillwatch.gate.change.action import Refused, Verification
from tests.gate.stage import ACTIONS, ADMIN, DAEMON, Restart, bus_of, clock_of, failed, make_gate, propose, say


def full(*_, **__):
    raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize(("lives", "state"), [(True, "done"), (False, "unknown")])
async def test_r29_an_end_that_finds_no_room_is_written_once_there_is_some(tmp_path, lives, state):
    """What was seen is not lost while the gate lives; meanwhile nothing else is begun, and the answer says so."""
    gate = make_gate(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate.performer, "_end", full)
        assert (await propose(gate, "web.service"))["state"] == "running"
        bus_of(gate).units["web2.service"] = failed("web2.service")
        assert (await propose(gate, "web2.service", "reset_failed"))["state"] == "waiting"
        with pytest.raises(sqlite3.OperationalError):
            await gate.performer.perform_due()
    if not lives:
        gate.database.close()
        gate = make_gate(tmp_path)
    await gate.performer.perform_due()
    assert (await say(gate, DAEMON, "show", id="A-1"))["state"] == state
    assert gate.performer.hindrance() == ""


async def test_r29_an_approval_that_cannot_be_given_back_waits_until_it_can(tmp_path, monkeypatch):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    with monkeypatch.context() as patch:
        patch.setattr(gate.performer, "_still_so", refusing)
        patch.setattr(gate.performer, "_give_back", full)
        said = await say(gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
        assert (said["state"], said["delayed"]) == ("approved", "not now")
    with monkeypatch.context() as patch:
        patch.setattr(gate.performer, "_still_so", refusing)
        await gate.performer.perform_due()
    assert (await say(gate, DAEMON, "show", id="A-1"))["state"] == "waiting"
    assert bus_of(gate).done == []


async def refusing(row):
    raise Refused("not now")


async def test_r14_what_is_worse_is_undone_once_there_is_room_to_write_it(tmp_path, monkeypatch):
    gate = make_gate(tmp_path, catalogue={**ACTIONS, "restart_unit": Harmful()})
    with monkeypatch.context() as patch:
        patch.setattr(gate.performer, "_note", full)
        assert (await propose(gate, "web.service"))["outcome"]["status"] == "done"
    assert ("undo", "web.service") not in bus_of(gate).done
    await gate.performer.perform_due()
    assert ("undo", "web.service") in bus_of(gate).done
    assert gate.proposals.row(1)["state"] == "undone"


class Harmful(Restart):
    async def verify(self, access, change, before):
        return Verification(ok=False, said="it is down", worse=True)

    async def undo(self, access, change, before):
        access.bus.done.append(("undo", change.target))
        return "back"


async def test_r41_what_can_no_longer_be_read_is_measured_as_unknown_and_holds_up_nothing(tmp_path):
    """An action that this version does not have any more, say: the others are measured, and the gate goes on."""
    gate = make_gate(tmp_path)
    await propose(gate, "web.service")
    with gate.database.writing() as writer:
        writer.execute("UPDATE proposals SET action = 'gone'")
    clock_of(gate).pass_by(700)
    await gate.performer.perform_due()
    assert gate.database.one("SELECT count(*) FROM checks") == 0
    assert gate.proposals.row(1)["verified"] is None
