from __future__ import annotations

import asyncio
import contextlib
import sqlite3

import pytest

from stillwatch.gate.perform import BUSY
from tests.gate.stage import ADMIN, DAEMON, ROOT, bus_of, clock_of, failed, kinds, make_gate, propose, running, say


async def done(gate, target="web.service"):
    reply = await propose(gate, target)
    assert reply["state"] == "done"
    return reply


def outcomes(gate):
    shown = [record.shown() for record in gate.database.records(0, 1000)]
    return [(each.get("after"), each.get("verified")) for each in shown if each["kind"] == "outcome"]


async def test_r14_measured_at_once_then_after_one_and_ten_minutes(tmp_path):
    gate = make_gate(tmp_path)
    await done(gate)
    for seconds in (59, 1, 539, 1, 1000):
        clock_of(gate).pass_by(seconds)
        await gate.performer.perform_due()
    assert outcomes(gate) == [(None, None), (0, True), (60, True), (600, True)]
    ledger = (await say(gate, DAEMON, "status"))["ledger"]
    assert ledger == [{"action": "restart_unit", "target": "web.service", "verified": 1, "failed": 0}]


async def test_r14_a_fault_that_comes_back_is_noted_and_ends_the_measuring(tmp_path):
    gate = make_gate(tmp_path)
    await done(gate)
    bus_of(gate).units["web.service"] = failed("web.service")
    clock_of(gate).pass_by(60)
    await gate.performer.perform_due()
    shown = await say(gate, DAEMON, "show", id="A-1")
    assert shown["outcome"] == {"status": "done", "verified": False, "said": "web.service is failed"}
    clock_of(gate).pass_by(600)
    await gate.performer.perform_due()
    assert outcomes(gate)[2:] == [(60, False)]
    assert (await say(gate, DAEMON, "status"))["ledger"][0]["failed"] == 1


async def approve(gate, target="db.service", action="restart_unit"):
    waiting = await propose(gate, target, action=action)
    return await say(gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])


async def make_worse(gate, target="db.service"):
    await approve(gate, target)
    bus_of(gate).units[target] = failed(target)
    clock_of(gate).pass_by(60)
    await gate.performer.perform_due()
    return await say(gate, DAEMON, "show", id="A-1")


async def test_r14_what_made_it_worse_is_undone(tmp_path):
    gate = make_gate(tmp_path)
    assert (await make_worse(gate))["outcome"]["status"] == "undone"
    assert bus_of(gate).done == [("restart", "db.service"), ("start", "db.service")]
    assert kinds(gate)[-2:] == ["intent", "undone"]


@pytest.mark.parametrize(("result", "status"), [("no-undo", "failed"), ("undo-breaks", "unknown")])
async def test_r14_an_undo_that_fails_is_told(tmp_path, result, status):
    gate = make_gate(tmp_path)
    await approve(gate, "db.service")
    bus_of(gate).result = result
    bus_of(gate).units["db.service"] = failed("db.service")
    clock_of(gate).pass_by(60)
    await gate.performer.perform_due()
    assert (await say(gate, DAEMON, "show", id="A-1"))["outcome"]["status"] == status


async def test_r13_nothing_is_undone_while_paused_or_at_observe(tmp_path):
    gate = make_gate(tmp_path)
    await approve(gate, "db.service")
    await say(gate, ADMIN, "autonomy", level="observe")
    bus_of(gate).units["db.service"] = failed("db.service")
    clock_of(gate).pass_by(60)
    await gate.performer.perform_due()
    assert bus_of(gate).done == [("restart", "db.service")]


async def test_what_cannot_be_measured_is_neither_success_nor_failure(tmp_path):
    gate = make_gate(tmp_path)
    await done(gate)
    del bus_of(gate).units["web.service"]
    clock_of(gate).pass_by(60)
    await gate.performer.perform_due()
    assert outcomes(gate)[-1] == (60, None)
    assert (await say(gate, DAEMON, "status"))["ledger"] == []


async def test_r29_a_newer_change_of_the_target_ends_the_measuring_of_the_older(tmp_path):
    gate = make_gate(tmp_path)
    await done(gate)
    await approve(gate, "web.service")
    assert {row["proposal"] for row in gate.database.all("SELECT proposal FROM checks")} == {2}


@pytest.mark.parametrize(
    ("result", "status", "kind"),
    [("failed", "failed", "outcome"), ("lost", "unknown", "unknown"), ("broken", "unknown", "unknown")],
)
async def test_r29_how_it_ended_is_told(tmp_path, result, status, kind):
    gate = make_gate(tmp_path)
    bus_of(gate).result = result
    reply = await propose(gate, "web.service")
    assert (reply["outcome"]["status"], kinds(gate)[-1]) == (status, kind)
    await gate.performer.perform_due()
    assert len(bus_of(gate).done) == 1


async def test_r29_an_intent_without_an_outcome_is_unknown_and_never_run_again(tmp_path):
    gate = make_gate(tmp_path)
    bus_of(gate).gate = asyncio.Event()
    task = asyncio.create_task(propose(gate, "web.service"))
    while not bus_of(gate).done:
        await asyncio.sleep(0)
    gate.database.close()
    again = make_gate(tmp_path)
    assert (await say(again, DAEMON, "show", id="A-1"))["outcome"]["status"] == "unknown"
    await again.performer.perform_due()
    assert bus_of(again).done == []
    assert kinds(again)[-1] == "unknown"
    task.cancel()


async def test_r29_an_approved_change_is_carried_out_after_a_crash_once(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await say(gate, ROOT, "pause")
    await approve(gate, "web.service")
    gate.database.close()
    again = make_gate(tmp_path, level="suggest")
    await say(again, ROOT, "resume")
    await again.performer.perform_due()
    await again.performer.perform_due()
    assert bus_of(again).done == [("restart", "web.service")]


async def test_r33_an_approval_from_before_a_reboot_is_void(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await say(gate, ROOT, "pause")
    await approve(gate, "web.service")
    gate.database.close()
    again = make_gate(tmp_path, level="suggest", boot="boot-two")
    await say(again, ROOT, "resume")
    await again.performer.perform_due()
    assert bus_of(again).done == []
    assert (await say(again, ADMIN, "show", id="A-1"))["state"] == "waiting"


async def test_r11_one_change_at_a_time(tmp_path):
    gate = make_gate(tmp_path)
    bus_of(gate).gate = asyncio.Event()
    first = asyncio.create_task(propose(gate, "web.service"))
    while not bus_of(gate).done:
        await asyncio.sleep(0)
    second = await propose(gate, "web2.service")
    assert second["decision"]["reason"] == BUSY
    queued = await say(gate, ADMIN, "approve", id=second["id"], hash=second["hash"])
    assert queued["delayed"] == BUSY
    bus_of(gate).gate.set()
    await first
    await gate.performer.perform_due()
    assert bus_of(gate).done == [("restart", "web.service"), ("restart", "web2.service")]


async def test_r22_what_no_longer_holds_does_not_run(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await say(gate, ROOT, "pause")
    await approve(gate, "web.service")
    bus_of(gate).units["web.service"] = running("web.service")
    await say(gate, ROOT, "resume")
    await gate.performer.perform_due()
    assert bus_of(gate).done == []
    assert "changed since" in (await say(gate, ADMIN, "show", id="A-1"))["decision"]["reason"]


async def test_r09_lowered_autonomy_stops_what_was_approved(tmp_path):
    gate = make_gate(tmp_path)
    await say(gate, ROOT, "pause")
    await approve(gate, "db.service")
    await say(gate, ADMIN, "autonomy", level="observe")
    await say(gate, ROOT, "resume")
    await gate.performer.perform_due()
    assert bus_of(gate).done == []


async def test_r13_a_pause_while_the_state_is_read_stops_it(tmp_path):
    gate = make_gate(tmp_path)
    read = gate.judge.read

    async def paused_meanwhile(*said):
        reading = await read(*said)
        if gate.performer.busy.locked():
            gate.switch.pause("me")
        return reading

    gate.judge.read = paused_meanwhile
    reply = await propose(gate, "web.service")
    assert (reply["state"], bus_of(gate).done) == ("waiting", [])


async def test_r29_what_still_runs_is_not_taken_for_lost(tmp_path):
    gate = make_gate(tmp_path)
    bus_of(gate).gate = asyncio.Event()
    task = asyncio.create_task(propose(gate, "web.service"))
    while not bus_of(gate).done:
        await asyncio.sleep(0)
    await gate.performer.perform_due()
    assert gate.proposals.row(1)["state"] == "running"
    bus_of(gate).gate.set()
    assert (await task)["state"] == "done"


@pytest.mark.parametrize("change", ["reject", "level"])
async def test_r22_what_is_taken_back_while_the_state_is_read_does_not_run(tmp_path, change):
    gate = make_gate(tmp_path)
    read = gate.judge.read

    async def meanwhile(*said):
        reading = await read(*said)
        if gate.performer.busy.locked():
            verb = {"reject": {"id": "A-1"}, "level": {"level": "observe"}}[change]
            await say(gate, ADMIN, "reject" if change == "reject" else "autonomy", **verb)
        return reading

    gate.judge.read = meanwhile
    await propose(gate, "web.service")
    assert bus_of(gate).done == []
    assert gate.proposals.row(1)["state"] == ("rejected" if change == "reject" else "waiting")
    assert "already" not in await gate.performer.execute(1)


async def test_r29_for_every_disk_write_that_fails_no_action_without_a_durable_intent(tmp_path):
    """Statement after statement is made to fail; what ran must stand as an intent on disk."""
    failing = 0
    while failing < 60:
        folder = tmp_path / str(failing)
        folder.mkdir()
        gate = make_gate(folder)
        broken = count_down(gate, failing)
        with contextlib.suppress(sqlite3.OperationalError, OSError):
            await propose(gate, "web.service")
        ran = len(bus_of(gate).done)
        gate.database.close()
        again = make_gate(folder)
        assert kinds(again).count("intent") >= ran
        assert ran <= 1
        await again.performer.perform_due()
        if ran:
            assert bus_of(again).done == []
        again.database.close()
        if not broken():
            break
        failing += 1
    assert 8 < failing < 60


def count_down(gate, number):
    """Let the database fail at its nth statement and from then on."""
    real = gate.database.connection
    left = [number]

    class Failing:
        row_factory = sqlite3.Row

        def execute(self, statement, values=()):
            if not statement.startswith(("SELECT", "ROLLBACK")):
                left[0] -= 1
                if left[0] < 0:
                    raise sqlite3.OperationalError("disk I/O error")
            return real.execute(statement, values)

        def __getattr__(self, name):
            return getattr(real, name)

    gate.database.connection = Failing()
    return lambda: left[0] < 0


async def test_a_check_that_is_worse_after_somebody_decided_otherwise_undoes_nothing(tmp_path):
    gate = make_gate(tmp_path)
    await approve(gate, "db.service")
    with gate.database.writing() as writer:
        writer.execute("UPDATE proposals SET state = 'unknown'")
    bus_of(gate).units["db.service"] = failed("db.service")
    await gate.performer.measure(1, 60)
    assert bus_of(gate).done == [("restart", "db.service")]
    await gate.performer.measure(1, 60)
    assert (await gate.performer.execute(1)).endswith(" unknown")
