"""Taking a change back through the gate: a proposal like any other, once, and only while the change still stands."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.perform import BUSY
from stillwatch.gate.totp import code_at
from tests.gate.stage import (
    ADMIN,
    DAEMON,
    ROOT,
    TAKEN_BACK,
    bus_of,
    clock_of,
    failed,
    kinds,
    make_gate,
    propose,
    running,
    say,
)
from tests.support.facts import facts


async def approve(gate, waiting, **more):
    return await say(gate, ADMIN, "approve", id=waiting["id"], **{"hash": waiting["hash"], **more})


async def stopped(gate, target="db.service"):
    """A-1: a running unit, stopped after approval."""
    return await approve(gate, await propose(gate, target, "stop_unit"))


async def undo(gate, change="A-1"):
    return await propose(gate, change, "undo")


def states(gate):
    return {row["id"]: row["state"] for row in gate.database.all("SELECT id, state FROM proposals")}


@pytest.mark.parametrize("level", ["suggest", "auto-safe", "auto-full"])
async def test_an_undo_waits_for_a_person_at_every_level(tmp_path, level):
    gate = make_gate(tmp_path, level=level)
    await stopped(gate)
    waiting = await undo(gate)
    assert waiting["state"] == "waiting"
    assert facts(waiting["shown"]["does"]) == ["A-1", "db.service"] and "start" in waiting["shown"]["does"]
    assert waiting["shown"]["now"].startswith("A-1 ")
    assert (await undo(gate))["id"] == waiting["id"], "what waits is not doubled"
    await gate.performer.perform_due()
    assert bus_of(gate).done == [("stop", "db.service")]


async def test_approved_it_runs_once_is_measured_and_written_down(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    done = await approve(gate, await undo(gate))
    outcome = done["outcome"]
    assert (outcome["status"], outcome["verified"], facts(outcome["said"])) == ("done", True, ["A-1"])
    assert bus_of(gate).done == [("stop", "db.service"), ("start", "db.service")]
    shown = await say(gate, DAEMON, "show", id="A-1")
    assert (shown["state"], shown["made"]) == ("undone", None)
    outcome = shown["outcome"]
    assert (outcome["status"], outcome["verified"], facts(outcome["said"])) == ("undone", None, ["A-2"])
    assert kinds(gate)[6:] == ["proposed", "decided", "approved", "intent", "undone", "paused", "outcome", "outcome"]
    for change in ("A-1", "A-2"):
        assert (await undo(gate, change))["state"] == "refused"
    clock_of(gate).pass_by(700)
    await gate.performer.perform_due()
    assert gate.database.all("SELECT * FROM checks") == []
    assert bus_of(gate).done == [("stop", "db.service"), ("start", "db.service")]


async def test_r20_a_one_time_code_approves_it_and_only_one_waits_for_each_change(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await say(gate, ROOT, "enroll")
    await stopped(gate)
    waiting = await undo(gate)
    code = code_at(gate.codes.file.read_bytes(), int(clock_of(gate).now()) // 30)
    with pytest.raises(Refused, match="wrong"):
        await say(gate, DAEMON, "approve", id=waiting["id"], code="000000" if code != "000000" else "000001")
    assert (await say(gate, DAEMON, "approve", id=waiting["id"], code=code))["state"] == "done"
    with pytest.raises(Refused, match=f"{waiting['id']} is done"):
        await say(gate, DAEMON, "approve", id=waiting["id"], code=code)
    assert bus_of(gate).done == [("stop", "db.service"), ("start", "db.service")]


async def test_r19_the_daemon_approves_nothing_and_root_may_do_both(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    waiting = await undo(gate)
    with pytest.raises(Refused, match="one-time code"):
        await say(gate, DAEMON, "approve", id=waiting["id"], hash=waiting["hash"])
    await say(gate, ADMIN, "reject", id=waiting["id"])
    for peer in (ADMIN, ROOT):
        own = await say(gate, peer, "propose", action="undo", target="A-1")
        if peer is ADMIN:
            with pytest.raises(Refused, match="cannot approve"):
                await say(gate, peer, "approve", id=own["id"], hash=own["hash"])
            await say(gate, peer, "reject", id=own["id"])
    assert (await say(gate, ROOT, "approve", id=own["id"], hash=own["hash"]))["state"] == "done"


async def test_r22_where_the_host_moved_on_nothing_runs(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    waiting = await undo(gate)
    bus_of(gate).units["db.service"] = running("db.service")
    with pytest.raises(Refused, match=r"^not as A-1 "):
        await approve(gate, waiting)
    assert (await undo(gate))["decision"]["reason"].startswith("not as A-1 ")
    assert bus_of(gate).done == [("stop", "db.service")]


async def test_r22_what_moves_on_between_approval_and_execution_does_not_run(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    await say(gate, ROOT, "pause")
    assert "paused" in (await approve(gate, await undo(gate)))["delayed"]
    bus_of(gate).units["db.service"] = running("db.service")
    await say(gate, ROOT, "resume")
    await gate.performer.perform_due()
    assert bus_of(gate).done == [("stop", "db.service")]
    assert states(gate) == {1: "done", 2: "waiting"}


async def test_only_the_newest_change_of_a_thing_is_taken_back(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    bus_of(gate).units["db.service"] = running("db.service")
    await stopped(gate)
    assert "again" in (await undo(gate, "A-1"))["decision"]["reason"]
    assert (await undo(gate, "A-2"))["state"] == "waiting"
    made = [one["made"] for one in (await say(gate, DAEMON, "list", state="all"))["proposals"]]
    assert made == [None, made[1], None]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("A-2", "no action undoes restart_unit"),
        ("A-3", "A-3 is waiting"),
        ("A-9", "does not exist"),
        ("A-01", "does not exist"),
        ("a-1", "does not exist"),
        ("A-1 ", "does not exist"),
        ("db.service", "does not exist"),
        ("A-1' OR 1=1 --", "does not exist"),
    ],
)
async def test_what_cannot_be_taken_back_is_refused_with_the_reason(tmp_path, target, reason):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    await approve(gate, await propose(gate, "web.service"))
    await propose(gate, "mail.service")
    reply = await undo(gate, target)
    assert (reply["state"], reply["id"]) == ("refused", None)
    assert reason in reply["decision"]["reason"]
    assert set(states(gate)) == {1, 2, 3}


@pytest.mark.parametrize(("result", "state"), [("failed", "failed"), ("lost", "unknown")])
async def test_a_change_that_did_not_end_well_is_not_taken_back(tmp_path, result, state):
    gate = make_gate(tmp_path, level="suggest")
    bus_of(gate).result = result
    await approve(gate, await propose(gate, "web.service"))
    assert f"A-1 is {state}" in (await undo(gate))["decision"]["reason"]


@pytest.mark.parametrize("fields", [{"risk": "low"}, {"force": True}, {"target": "web.service"}])
async def test_r02_an_undo_takes_no_arguments(tmp_path, fields):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    assert (await say(gate, DAEMON, "propose", action="undo", target="A-1", arguments=fields))["state"] == "refused"


async def test_the_rules_and_names_of_the_change_decide_about_taking_it_back(tmp_path):
    rules = '[[rule]]\nname = "{}"\nactions = ["{}"]\ntargets = ["db.*"]\nverdict = "{}"\n'
    stop, mine = rules.format("stop", "stop_unit", "ask"), rules.format("mine", "undo", "refuse")
    gate = make_gate(tmp_path, level="auto-full", policy=stop)
    await stopped(gate)
    assert (await undo(gate))["decision"]["rule"] == "stop"
    gate.policy_file.write_text(mine + stop)
    await say(gate, ADMIN, "reload")
    assert (await undo(gate))["decision"]["rule"] == "mine"
    gate.policy_file.write_text(f'protected = ["db*"]\n{stop}')
    await say(gate, ADMIN, "reload")
    assert (await undo(gate))["decision"]["rule"] == "protected"
    gate.policy_file.write_text("")
    await say(gate, ADMIN, "reload")
    assert (await undo(gate))["decision"]["rule"] == "default"


async def test_r09_at_observe_and_while_paused_nothing_is_taken_back(tmp_path):
    gate = make_gate(tmp_path)
    await stopped(gate)
    waiting = await undo(gate)
    await say(gate, ROOT, "pause")
    assert "paused" in (await approve(gate, waiting))["delayed"]
    await say(gate, ROOT, "autonomy", level="observe")
    await say(gate, ROOT, "resume")
    await gate.performer.perform_due()
    assert bus_of(gate).done == [("stop", "db.service")]
    assert (await undo(gate))["decision"]["rule"] == "observe"


async def test_r06_taking_a_start_back_hits_whom_a_stop_hits(tmp_path):
    from stillwatch.gate.change.catalogue import CATALOGUE

    start = '[[rule]]\nname = "start"\nactions = ["start_unit"]\nverdict = "ask"\n'
    gate = make_gate(tmp_path, level="suggest", policy=start, catalogue=CATALOGUE)
    await approve(gate, await propose(gate, "web.service", "start_unit"))
    assert (await undo(gate))["risk"] == "medium"
    bus_of(gate).needed_by = {"web.service": ("mail.service",)}
    bus_of(gate).units["mail.service"] = running("mail.service")
    waiting = await undo(gate)
    assert (waiting["risk"], "mail.service" in waiting["shown"]["blast_radius"]) == ("high", True)
    await say(gate, ROOT, "enroll")
    with pytest.raises(Refused, match="high risk"):
        await say(gate, DAEMON, "approve", id=waiting["id"], code="123456")


async def test_what_a_person_took_back_is_not_done_again_by_itself(tmp_path):
    gate = make_gate(tmp_path, catalogue=TAKEN_BACK)
    assert (await propose(gate, "web.service"))["state"] == "done"
    await approve(gate, await undo(gate))
    bus_of(gate).units["web.service"] = failed("web.service")
    clock_of(gate).pass_by(100_000)
    again = await propose(gate, "web.service")
    assert (again["state"], "quarantine" in again["decision"]["reason"]) == ("waiting", True)


async def ask_again_and_again(gate, count):
    """A proposer that wants it taken back, with every field that might help."""
    await stopped(gate)
    for number in range(count):
        fields = {"because": "approved by root", "incident": f"A-{number}"}
        await say(gate, DAEMON, "propose", action="undo", target="A-1", **fields)
        await gate.performer.perform_due()
        for forged in ({"hash": "0" * 64}, {"code": f"{number:06d}"}):
            with pytest.raises(Refused):
                await say(gate, DAEMON, "approve", id="A-2", **forged)
    assert bus_of(gate).done == [("stop", "db.service")]
    assert states(gate) == {1: "done", 2: "waiting"}


async def test_r19_a_proposer_that_never_tires_takes_nothing_back(memory):
    await ask_again_and_again(make_gate(memory, level="auto-full"), 500)


@pytest.mark.soak
async def test_r19_nor_does_one_that_asks_ten_thousand_times(memory):
    await ask_again_and_again(make_gate(memory, level="auto-full"), 10_000)


async def test_r29_an_undo_without_an_outcome_is_unknown_and_never_run_again(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    waiting = await undo(gate)
    bus_of(gate).gate = asyncio.Event()
    task = asyncio.create_task(approve(gate, waiting))
    while len(bus_of(gate).done) < 2:
        await asyncio.sleep(0)
    assert gate.performer.hindrance() == BUSY
    gate.database.close()
    again = make_gate(tmp_path, level="suggest")
    await again.performer.perform_due()
    assert bus_of(again).done == []
    assert states(again) == {1: "done", 2: "unknown"}
    assert (await undo(again, "A-2"))["decision"]["reason"].startswith("A-2 is unknown")
    moved_on = (await undo(again, "A-1"))["decision"]["reason"]
    assert moved_on.startswith("not as A-1 "), "the host is not as it was"
    task.cancel()


async def test_one_that_systemd_refuses_changed_nothing_and_may_be_proposed_again(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    bus_of(gate).result = "no-undo"
    failing = await approve(gate, await undo(gate))
    assert (failing["state"], failing["outcome"]["said"]) == ("failed", "polkit says no")
    assert states(gate)[1] == "done"
    assert (await undo(gate))["state"] == "waiting"


async def test_one_that_did_not_help_says_so(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    bus_of(gate).stays_down = True
    done = await approve(gate, await undo(gate))
    assert done["outcome"]["verified"] is False
    assert "not" in done["outcome"]["said"].split()


async def test_where_it_could_not_be_read_how_it_was_left_it_is_not_taken_back(tmp_path, monkeypatch):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "db.service", "stop_unit")
    job = bus_of(gate).job

    async def then_gone(verb, name):
        result = await job(verb, name)
        del bus_of(gate).units[name]
        return result

    monkeypatch.setattr(bus_of(gate), "job", then_gone)
    await approve(gate, waiting)
    assert "not known" in (await undo(gate))["decision"]["reason"]


async def test_explain_says_what_taking_back_would_do(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    reply = await say(gate, DAEMON, "explain", action="undo", target="A-1")
    assert (reply["verdict"], reply["missing"]) == ("ask", [])
    assert {level: each["verdict"] for level, each in reply["by_autonomy"].items()} == {
        "observe": "refuse",
        "suggest": "ask",
        "auto-safe": "ask",
        "auto-full": "ask",
    }
    assert facts(reply["does"]) == ["A-1", "db.service"] and "start" in reply["does"]
    assert (await say(gate, DAEMON, "explain", action="undo", target="A-7"))["missing"] == ["A-7"]


async def test_an_undo_whose_change_was_long_dropped_from_the_book_is_not_measured(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    await stopped(gate)
    await approve(gate, await undo(gate))
    with gate.database.writing() as writer:
        writer.execute("DELETE FROM proposals WHERE id = 1")
    clock_of(gate).pass_by(60)
    await gate.performer.perform_due()
    outcome = (await say(gate, DAEMON, "show", id="A-2"))["outcome"]
    assert (outcome["status"], outcome["verified"]) == ("done", None), outcome


async def test_r14_a_gate_that_took_it_back_itself_leaves_nothing_to_take_back(tmp_path):
    gate = make_gate(tmp_path, catalogue=TAKEN_BACK)
    await approve(gate, await propose(gate, "db.service"))
    bus_of(gate).units["db.service"] = replace(bus_of(gate).units["db.service"], active_state="failed")
    clock_of(gate).pass_by(60)
    await gate.performer.perform_due()
    assert "A-1 is undone" in (await undo(gate))["decision"]["reason"]
