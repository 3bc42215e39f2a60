from __future__ import annotations

import asyncio

import pytest

from stillwatch.gate import judge as judge_module
from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from tests.gate.stage import DAEMON, bus_of, failed, make_gate, propose, running, say

RULES = """
[[rule]]
name = "when-degraded"
host = ["degraded"]
verdict = "ask"
"""


async def test_the_hosts_state_is_asked_where_a_rule_wants_it(tmp_path):
    gate = make_gate(tmp_path, policy=RULES)
    assert (await propose(gate, "web.service"))["state"] == "refused"
    bus_of(gate).state = "degraded"
    assert (await propose(gate, "web.service"))["state"] == "done"


async def test_r07_a_state_that_is_read_too_late_is_a_refusal(tmp_path, monkeypatch):
    monkeypatch.setattr(judge_module, "DEADLINE", 0.02)
    gate = make_gate(tmp_path)

    async def never(name):
        await asyncio.sleep(5)

    monkeypatch.setattr(bus_of(gate), "unit", never)
    reply = await propose(gate, "web.service")
    assert (reply["state"], bus_of(gate).done) == ("refused", [])
    assert "could not be read" in reply["decision"]["reason"]


async def test_r03_a_unit_that_a_protected_one_needs_is_not_touched(tmp_path):
    gate = make_gate(tmp_path)
    bus_of(gate).needed_by = {"web.service": ("ssh.service",)}
    assert (await propose(gate, "web.service"))["decision"]["rule"] == "protected"


async def test_r03_a_unit_that_vanishes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    gate = make_gate(tmp_path)
    found = iter([failed("web.service"), None])

    async def unit(name):
        return next(found)

    monkeypatch.setattr(bus_of(gate), "unit", unit)
    assert (await propose(gate, "web.service"))["state"] == "refused"


async def test_a_precondition_that_does_not_hold_refuses_and_approval_too(tmp_path, monkeypatch):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    action = gate.judge.catalogue["restart_unit"]
    holds = action.precondition

    async def fails(world, change):
        seen = await holds(world, change)
        return judge_module.Precondition(ok=False, reason="not now", facts=seen.facts, cause="", touches=seen.touches)

    monkeypatch.setattr(action, "precondition", fails)
    assert (await propose(gate, "web.service"))["decision"]["rule"] == "precondition"
    with pytest.raises(Refused, match="not now"):
        await say(gate, judge_admin(), "approve", id=waiting["id"], hash=waiting["hash"])
    with gate.database.writing() as writer:
        sets = "UPDATE proposals SET state = 'approved', approver = 'me', approved_boot = ?, approved_in = ?"
        writer.execute(sets, (gate.clock.boot(), gate.limits.boot_id))
    assert await gate.performer.execute(1) == "not now"
    assert bus_of(gate).done == []


def judge_admin():
    from tests.gate.stage import ADMIN

    return ADMIN


async def test_explain_reads_protected_names_in_the_words_of_what_is_absent(tmp_path):
    gate = make_gate(tmp_path)
    bus_of(gate).units.pop("ssh.service")
    reply = await say(gate, DAEMON, "explain", action="restart_unit", target="ssh.service")
    assert (reply["verdict"], reply["rule"], reply["missing"]) == ("refuse", "protected", ["ssh.service"])


async def test_r12_the_limits_hold_at_execution_too(tmp_path):
    gate = make_gate(tmp_path)
    seen = gate.performer._still_so
    bus_of(gate).units["web.service"] = running("web.service")
    waiting = await propose(gate, "web.service")
    with gate.database.writing() as writer:
        sets = "UPDATE proposals SET state = 'approved', approver = 'policy', approved_boot = ?, approved_in = ?"
        writer.execute(sets, (gate.clock.boot(), gate.limits.boot_id))
    with pytest.raises(Refused, match="sees no cause"):
        await seen(gate.proposals.row(waiting["id"]))
    bus_of(gate).units["web.service"] = failed("web.service")
    with gate.database.writing() as writer:
        fresh = await gate.judge.read(gate.policy, "restart_unit", "web.service", {})
        writer.execute("UPDATE proposals SET hash = ?", (fresh.hash,))
        gate.limits.count(writer, "restart_unit", "web.service", 1)
    with pytest.raises(Refused, match="again in 10 s"):
        await seen(gate.proposals.row(waiting["id"]))


async def test_r07_a_check_that_breaks_is_a_refusal(tmp_path, monkeypatch):
    gate = make_gate(tmp_path)

    async def breaks(name):
        raise KeyError("odd")

    monkeypatch.setattr(bus_of(gate), "dependants", breaks)
    reply = await propose(gate, "web.service")
    assert (reply["state"], bus_of(gate).done) == ("refused", [])


async def test_a_target_that_is_no_unit_stands_for_itself(tmp_path, monkeypatch):
    gate = make_gate(tmp_path, level="suggest", policy='[[rule]]\nname = "all"\nverdict = "ask"\n')
    action = gate.judge.catalogue["restart_unit"]

    async def fine(*_):
        return None

    async def holds(*_):
        return judge_module.Precondition(ok=True, reason="it is there", touches=("web.service",))

    monkeypatch.setattr(action, "check_target", fine)
    monkeypatch.setattr(action, "precondition", holds)
    reading = await gate.judge.read(gate.policy, "restart_unit", "nginx-logs", {})
    assert reading.case.names == ("nginx-logs",)


BACKED_UP = """
[[backups]]
unit = "backup.service"
protects = ["web.service"]
[[rule]]
name = "web"
targets = ["web.service"]
verdict = "allow"
"""


@pytest.mark.parametrize(("hours", "state", "risk"), [(1, "done", "low"), (31, "waiting", "medium")])
async def test_r06_a_stale_backup_raises_the_risk_of_what_it_protects(tmp_path, hours, state, risk):
    gate = make_gate(tmp_path, policy=BACKED_UP, level="auto-safe")
    ended = gate.clock.now() - hours * 3600
    bus_of(gate).units["backup.service"] = running("backup.service", result="success", exited_at=ended)
    told = await say(gate, DAEMON, "explain", action="restart_unit", target="web.service")
    assert told["risk"] == risk
    assert ("backup.service is 31 h old" in told["blast_radius"]) is (hours == 31)
    reply = await propose(gate, "web.service")
    assert reply["state"] == state, reply


async def test_r06_open_sessions_raise_the_risk_and_are_said(tmp_path):
    gate = make_gate(tmp_path, catalogue=CATALOGUE)
    bus_of(gate).logged_in = {"db.service": ("3",)}
    told = await say(gate, DAEMON, "explain", action="restart_unit", target="db.service")
    assert (told["risk"], told["blast_radius"]) == ("medium", "in use by open sessions: 3")
