from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Refused
from tests.gate.stage import ADMIN, DAEMON, ROOT, bus_of, clock_of, failed, kinds, make_gate, propose, say


async def approve(gate, proposal, peer=ADMIN, **more):
    return await say(gate, peer, "approve", id=proposal["id"], **{"hash": proposal["hash"], **more})


async def test_r09_observe_changes_nothing(tmp_path):
    gate = make_gate(tmp_path, level="observe")
    reply = await propose(gate, "web.service")
    assert (reply["state"], reply["decision"]["rule"]) == ("refused", "observe")
    assert bus_of(gate).done == []


async def test_r09_suggest_waits_for_a_person_and_then_does_it_once(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    assert waiting["state"] == "waiting"
    assert bus_of(gate).done == []
    done = await approve(gate, waiting)
    assert done["outcome"] == {"status": "done", "verified": True, "said": "web.service is active"}
    assert bus_of(gate).done == [("restart", "web.service")]
    assert kinds(gate) == ["proposed", "decided", "approved", "intent", "outcome", "outcome"]
    with pytest.raises(Refused, match="A-1 is done"):
        await approve(gate, waiting)


@pytest.mark.parametrize(("level", "state"), [("auto-safe", "done"), ("auto-full", "done"), ("suggest", "waiting")])
async def test_r09_low_risk_with_a_trusted_cause_runs_by_itself_from_auto_safe_on(tmp_path, level, state):
    gate = make_gate(tmp_path, level=level)
    assert (await propose(gate, "web.service"))["state"] == state


async def test_r09_an_asking_rule_runs_by_itself_at_auto_full_only(tmp_path):
    assert (await propose(make_gate(tmp_path, level="auto-safe"), "web2.service"))["state"] == "waiting"
    (tmp_path / "b").mkdir()
    assert (await propose(make_gate(tmp_path / "b", level="auto-full"), "web2.service"))["state"] == "done"


async def test_r12_without_a_cause_that_the_gate_reads_a_person_is_asked(tmp_path):
    gate = make_gate(tmp_path)
    reply = await propose(gate, "db.service")
    assert reply["state"] == "waiting"
    assert "cause" in reply["decision"]["reason"]


@pytest.mark.parametrize(
    "target", ["ssh.service", "sshd.service", "relay.service", "getty@tty1.service", "dbus.service", "ledger.service"]
)
@pytest.mark.parametrize("level", ["observe", "suggest", "auto-safe", "auto-full"])
async def test_r03_protected_units_are_refused_by_every_name_and_trigger(tmp_path, target, level):
    gate = make_gate(tmp_path, level=level)
    reply = await propose(gate, target)
    assert (reply["state"], reply["decision"]["rule"]) == ("refused", "protected")
    assert bus_of(gate).done == []


async def test_r03_an_alias_is_the_unit_itself(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    assert (await propose(gate, "smtp.service"))["target"] == "mail.service"
    assert (await propose(gate, "mail.service"))["id"] == "A-1"


@pytest.mark.parametrize("target", ["nope.service", "web.service; reboot", "../web.service", "wеb.service", "web", ""])
async def test_r03_what_is_not_a_loaded_unit_is_not_even_queued(tmp_path, target):
    gate = make_gate(tmp_path)
    with pytest.raises(Refused) if not target else _nothing():
        assert (await propose(gate, target))["state"] == "refused"
    assert (await say(gate, DAEMON, "list"))["proposals"] == []


class _nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


async def test_r02_unknown_action_and_arguments_are_refused(tmp_path):
    gate = make_gate(tmp_path)
    assert (await propose(gate, "web.service", action="run_shell"))["state"] == "refused"
    assert (await propose(gate, "web.service", risk="low"))["state"] == "refused"
    assert (await propose(gate, "web.service", seconds="1"))["state"] == "refused"
    assert (await propose(gate, "web.service", seconds=True))["state"] == "refused"
    assert kinds(gate) == ["decided"] * 4


async def test_r06_risk_is_raised_by_those_who_need_the_unit(tmp_path):
    gate = make_gate(tmp_path, level="auto-safe")
    bus_of(gate).needed_by = {"web.service": ("db.service",)}
    reply = await propose(gate, "web.service")
    assert (reply["risk"], reply["state"]) == ("medium", "waiting")


async def test_r19_who_proposed_cannot_approve(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    with pytest.raises(Refused, match="cannot approve"):
        await approve(gate, waiting, peer=type(ADMIN)(uid=DAEMON.uid, door="admin"))
    with pytest.raises(Refused, match="one-time code"):
        await approve(gate, waiting, peer=DAEMON)


async def test_r19_an_approval_binds_what_was_shown(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    with pytest.raises(Refused, match="`stillwatch approvals show`"):
        await approve(gate, waiting, hash="0" * 64)
    await bus_of(gate).job("restart", "web.service")
    bus_of(gate).done.clear()
    with pytest.raises(Refused, match="changed"):
        await approve(gate, waiting)
    assert bus_of(gate).done == []
    renewed = await say(gate, ADMIN, "show", id="A-1")
    assert renewed["hash"] != waiting["hash"]


async def test_r19_an_unused_approval_ends_after_fifteen_minutes(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    await say(gate, ROOT, "pause")
    assert "paused" in (await approve(gate, waiting))["delayed"]
    clock_of(gate).pass_by(901)
    await say(gate, ROOT, "resume")
    await gate.performer.perform_due()
    assert bus_of(gate).done == []
    assert (await say(gate, ADMIN, "show", id="A-1"))["state"] == "waiting"


async def test_r13_pause_stops_and_survives_a_restart(tmp_path):
    gate = make_gate(tmp_path)
    await say(gate, DAEMON, "pause")
    assert (await propose(gate, "web.service"))["decision"]["rule"] == "limits"
    gate.database.close()
    again = make_gate(tmp_path)
    assert (await say(again, DAEMON, "status"))["paused"] is True
    with pytest.raises(Refused):
        await say(again, DAEMON, "resume")
    await say(again, ADMIN, "resume")
    assert (await propose(again, "web.service"))["state"] == "done"


async def test_r11_three_an_hour_then_quarantine_until_a_person_clears_it(tmp_path):
    gate = make_gate(tmp_path)
    for _ in range(3):
        bus_of(gate).units["web.service"] = failed("web.service")
        assert (await propose(gate, "web.service"))["state"] == "done"
        clock_of(gate).pass_by(300)
    bus_of(gate).stays_down = True
    bus_of(gate).units["web.service"] = failed("web.service")
    assert "quarantine" in (await propose(gate, "web.service"))["decision"]["reason"]
    clock_of(gate).pass_by(100_000)
    assert "quarantine" in (await propose(gate, "web.service"))["decision"]["reason"]
    await say(gate, ADMIN, "release", target="web.service")
    assert (await propose(gate, "web.service"))["state"] == "done"


async def test_explain_gives_all_four_levels(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    reply = await say(gate, DAEMON, "explain", action="restart_unit", target="web.service")
    assert {level: each["verdict"] for level, each in reply["by_autonomy"].items()} == {
        "observe": "refuse",
        "suggest": "ask",
        "auto-safe": "allow",
        "auto-full": "allow",
    }
    assert (reply["verdict"], reply["rule"], reply["risk"], reply["argv"], reply["missing"]) == (
        "ask",
        "web",
        "low",
        None,
        [],
    )
    absent = await say(gate, DAEMON, "explain", action="restart_unit", target="web@x.service")
    assert (absent["verdict"], absent["missing"]) == ("ask", ["web@x.service"])
    assert (await say(gate, DAEMON, "explain", action="restart_unit", target="ssh.socket"))["verdict"] == "refuse"
    assert (await say(gate, DAEMON, "explain", action="sh", target="web.service"))["verdict"] == "refuse"


async def test_r41_a_flood_of_refusals_leaves_few_words_and_is_counted(tmp_path):
    gate = make_gate(tmp_path)
    loud = {f"k{number}": "x" * 500 for number in range(16)}
    for number in range(700):
        fields = {"target": f"ssh{number}.service" + "y" * 300, "arguments": loud, "because": "z" * 4_000}
        assert (await say(gate, DAEMON, "propose", action="restart_unit", **fields))["state"] == "refused"
    assert len(kinds(gate)) == 200
    assert gate.database.one("SELECT sum(length(body)) FROM audit") < 200 * 2_000
    clock_of(gate).pass_by(3_600)
    await propose(gate, "ssh.service")
    assert gate.database.records(200, 9)[0].shown()["left_out"] == 500
    assert (await propose(gate, "web.service"))["state"] == "done", "and what is allowed is done meanwhile"


async def test_r41_a_proposal_that_waits_is_not_written_down_again_and_again(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    for _ in range(50):
        assert (await propose(gate, "web.service"))["id"] == "A-1"
    assert kinds(gate) == ["proposed", "decided"]
