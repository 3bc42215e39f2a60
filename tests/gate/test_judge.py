from __future__ import annotations

import asyncio

import pytest

from stillwatch.gate import judge as judge_module
from stillwatch.gate import policy
from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from tests.gate.stage import DAEMON, bus_of, failed, make_gate, propose, running, say
from tests.support.facts import facts

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
    assert facts(reply["decision"]["reason"]) == ["0"], "the deadline in seconds"


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

    async def fails(access, change):
        seen = await holds(access, change)
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
    with pytest.raises(Refused, match="cause"):
        await seen(gate.proposals.row(waiting["id"]))
    bus_of(gate).units["web.service"] = failed("web.service")
    with gate.database.writing() as writer:
        fresh = await gate.judge.read(gate.policy, "restart_unit", "web.service", {})
        writer.execute("UPDATE proposals SET hash = ?", (fresh.hash,))
        gate.limits.count(writer, "restart_unit", ["web.service"], 1)
    with pytest.raises(Refused, match=r"web.service .*\b10 s"):
        await seen(gate.proposals.row(waiting["id"]))


async def test_r07_a_check_that_breaks_is_a_refusal(tmp_path, monkeypatch):
    gate = make_gate(tmp_path)

    async def breaks(name):
        raise KeyError("odd")

    monkeypatch.setattr(bus_of(gate), "facts", breaks)
    reply = await propose(gate, "web.service")
    assert (reply["state"], bus_of(gate).done) == ("refused", [])


async def test_a_target_that_is_no_unit_stands_for_itself(tmp_path, monkeypatch):
    gate = make_gate(tmp_path, level="suggest", policy='[[rule]]\nname = "all"\nverdict = "ask"\n')
    action = gate.judge.catalogue["restart_unit"]

    async def fine(*_):
        return None

    async def same(access, change):
        return change

    async def none(*_, **__):
        return ()

    async def holds(*_):
        return judge_module.Precondition(ok=True, reason="it is there", touches=("web.service",))

    monkeypatch.setattr(action, "check_target", fine)
    monkeypatch.setattr(action, "precondition", holds)
    monkeypatch.setattr(action, "canonical", same)
    monkeypatch.setattr(action, "jobs", none)
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
    assert (facts(told["blast_radius"]) == ["backup.service", "31", "26"]) is (hours == 31)
    reply = await propose(gate, "web.service")
    assert reply["state"] == state, reply


async def test_r06_open_sessions_raise_the_risk_and_are_said(tmp_path):
    gate = make_gate(tmp_path, catalogue=CATALOGUE)
    bus_of(gate).logged_in = {"db.service": ("3",)}
    told = await say(gate, DAEMON, "explain", action="restart_unit", target="db.service")
    assert (told["risk"], facts(told["blast_radius"])) == ("medium", ["3"])


MAINT = """
[[rule]]
name = "no-batch"
targets = ["batch.service"]
verdict = "refuse"
[[rule]]
name = "start"
actions = ["start_unit"]
targets = ["*.service"]
verdict = "allow"
[[rule]]
name = "stop"
actions = ["stop_unit"]
targets = ["mail.service"]
verdict = "ask"
"""


async def explained(gate, links, action="start_unit", target="web.service", **arguments):
    bus_of(gate).links = {target: links}
    return await say(gate, DAEMON, "explain", action=action, target=target, arguments=arguments)


@pytest.mark.parametrize(
    ("links", "rule"),
    [
        ({"Conflicts": ["ssh.service"]}, "protected"),
        ({"PropagatesStopTo": ["ssh.service"]}, "protected"),
        ({"Wants": ["debug-shell.service"]}, "protected"),
        ({"OnFailure": ["rescue.target"]}, "protected"),
        ({"Conflicts": ["batch.service"]}, "no-batch"),
        ({"Conflicts": ["db.service"]}, "default"),
        ({"Requires": ["batch2.service"]}, "start"),
        ({"Wants": ["some.target"]}, "start"),
        ({}, "start"),
    ],
)
async def test_r35_all_that_pid_1_would_do_is_judged(tmp_path, links, rule):
    gate = make_gate(tmp_path, policy=MAINT, catalogue=CATALOGUE)
    for name in ("batch2.service", "debug-shell.service", "rescue.target", "some.target"):
        bus_of(gate).units[name] = running(name, active_state="inactive")
    told = await explained(gate, links)
    assert (told["rule"], told["verdict"]) == (rule, "allow" if rule == "start" else "refuse"), told
    if rule != "start":
        assert (await propose(gate, "web.service", "start_unit"))["state"] == "refused"
        assert bus_of(gate).done == []


async def test_r35_the_strictest_of_all_that_is_touched_decides(tmp_path):
    gate = make_gate(tmp_path, policy=MAINT, level="auto-safe", catalogue=CATALOGUE)
    bus_of(gate).units["mail.service"] = running("mail.service")
    told = await explained(gate, {"Conflicts": ["mail.service"]})
    assert (told["verdict"], told["rule"], told["risk"]) == ("ask", "start", "medium")
    assert "stop" in told["blast_radius"] and facts(told["blast_radius"]) == ["1", "mail.service"]
    assert (await say(gate, DAEMON, "explain", action="stop_unit", target="mail.service"))["verdict"] == "ask"


@pytest.mark.parametrize("action", ["SuccessAction", "FailureAction", "StartLimitAction", "JobTimeoutAction"])
async def test_r35_what_may_take_the_host_down_is_of_high_risk(tmp_path, action):
    gate = make_gate(tmp_path, policy=MAINT, catalogue=CATALOGUE)
    told = await explained(gate, {action: "poweroff"})
    assert (told["risk"], told["verdict"]) == ("high", "ask")
    assert f"{action}=poweroff of web.service" in told["blast_radius"]


async def test_r37_a_rule_that_allows_does_not_reach_what_triggers_the_unit(tmp_path):
    gate = make_gate(tmp_path, policy='[[rule]]\nname = "web"\ntargets = ["web.service"]\nverdict = "allow"\n')
    bus_of(gate).units["evil.timer"] = running("evil.timer", triggers=("web.service",))
    assert (await propose(gate, "evil.timer"))["decision"]["rule"] == "default"
    gate.policy = type(gate.policy)(
        rule=(
            policy.PolicyRule(name="no-web", targets=("web.service",), verdict="refuse"),
            policy.PolicyRule(name="rest", verdict="allow"),
        )
    )
    assert (await propose(gate, "evil.timer"))["decision"]["rule"] == "no-web"
    assert bus_of(gate).done == []


OWNED = """
[[ownership]]
name = "app-data"
path = "/srv/app"
owner = "app"
group = "app"
mode = "0750"
[[rule]]
name = "no-batch"
targets = ["batch.service"]
verdict = "refuse"
[[rule]]
name = "owners"
actions = ["repair_ownership"]
targets = ["app-data"]
verdict = "allow"
[[rule]]
name = "web"
actions = ["start_unit"]
targets = ["web.service", "smtp.service"]
verdict = "allow"
"""


def owned(tmp_path, monkeypatch, **options):
    gate = make_gate(tmp_path, policy=OWNED, catalogue=CATALOGUE, **options)

    async def wrong(request):
        return {"now": {"uid": 0, "gid": 0, "mode": 0o700}, "right": False}

    async def done(request):
        return {}

    monkeypatch.setattr(gate.judge.access, "peek", wrong)
    monkeypatch.setattr(gate.judge.access, "act", done)
    return gate


@pytest.mark.parametrize(
    ("unit", "rule"),
    [("web.service", "owners"), ("mail.service", "owners"), ("batch.service", "no-batch"), ("db.service", "default")],
)
async def test_r36_a_unit_in_an_argument_must_be_allowed_too(tmp_path, monkeypatch, unit, rule):
    gate = owned(tmp_path, monkeypatch)
    told = await say(gate, DAEMON, "explain", action="repair_ownership", target="/srv/app", arguments={"unit": unit})
    assert told["rule"] == rule, told


async def test_r36_one_thing_by_two_names_is_one_thing(tmp_path, monkeypatch):
    gate = owned(tmp_path, monkeypatch)
    first = await propose(gate, "app-data", "repair_ownership")
    again = await propose(gate, "/srv/app", "repair_ownership")
    assert (first["state"], again["state"], again["target"]) == ("done", "waiting", "app-data")
    assert facts(again["decision"]["reason"]) == ["/srv/app", "10"], "seconds to wait"
    assert (await propose(gate, "/srv/app", "repair_ownership"))["id"] == again["id"]


async def test_r36_every_unit_of_a_change_is_counted(tmp_path, monkeypatch):
    gate = owned(tmp_path, monkeypatch)
    await propose(gate, "app-data", "repair_ownership", unit="smtp.service")
    rows = gate.database.all("SELECT target, proposal FROM runs")
    assert [tuple(row) for row in rows] == [("/srv/app", 1), ("mail.service", 1)]
    assert facts(gate.limits.hindrance(["mail.service"])) == ["mail.service", "10"]
    for each in ("/srv/app", "mail.service"):
        with gate.database.writing() as writer:
            gate.limits.quarantine(writer, each)
    assert (await say(gate, judge_admin(), "release", target="app-data"))["quarantine"] == ["mail.service"]
    assert (await say(gate, judge_admin(), "release", target="smtp.service"))["quarantine"] == []


async def carried(gate, monkeypatch, answer):
    async def peek(request):
        if isinstance(answer, Exception):
            raise answer
        return answer if request == {"see": "carriers"} else {"count": 0}

    monkeypatch.setattr(gate.judge.access, "peek", peek)


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ({"units": {"db.service": "session 3 hangs on it"}, "uplinks": []}, "protected"),
        ({"units": {"web.service": "sshd runs in it"}, "uplinks": []}, "rest"),
        ({"units": [], "uplinks": "odd"}, "gate"),
        (Refused("the peek helper does not answer"), "gate"),
    ],
)
async def test_r40_what_carries_somebody_is_not_taken_down(tmp_path, monkeypatch, answer, rule):
    """And where that cannot be read, nothing goes down (R7)."""
    gate = make_gate(tmp_path, level="suggest", catalogue=CATALOGUE)
    await carried(gate, monkeypatch, answer)
    reply = await propose(gate, "db.service", "stop_unit")
    assert (reply["decision"]["rule"], bus_of(gate).done) == (rule, []), reply
    bus_of(gate).units["mail.service"] = running("mail.service")
    bus_of(gate).needed_by = {"mail.service": ("db.service",)}
    assert (await propose(gate, "mail.service", "restart_unit"))["decision"]["rule"] == rule


async def test_r40_what_a_unit_runs_protects_it(tmp_path):
    gate = make_gate(tmp_path, level="suggest", catalogue=CATALOGUE)
    bus_of(gate).units["web.service"] = failed("web.service", exec_start=("/usr/sbin/sshd", "-D"))
    reply = await propose(gate, "web.service")
    assert (reply["decision"]["rule"], reply["decision"]["reason"]) == (
        "protected",
        "web.service (runs sshd) is protected",
    )


async def test_r35_what_a_restart_does_to_its_own_target_is_no_other_unit(tmp_path):
    gate = make_gate(tmp_path, level="suggest", catalogue=CATALOGUE)
    bus_of(gate).links = {"db.service": {"BindsTo": ["web.service"], "StopWhenUnneeded": True}}
    reading = await gate.judge.read(gate.policy, "restart_unit", "db.service", {})
    assert [touch.unit for touch in reading.case.touches] == ["web.service"]
