"""R35, R36: what counts as touched by a change, whoever asked for it, and that an approver saw all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from tests.gate.stage import (
    ADMIN,
    DAEMON,
    Stage,
    bus_of,
    clock_of,
    failed,
    make_gate,
    propose,
    running,
    say,
    some_units,
)
from tests.support.facts import facts

LOCKED = """
[[rule]]
name = "all"
verdict = "allow"
[[locks]]
name = "web-pid"
path = "/run/web.pid"
unit = "www.service"
program = "web"
"""


class Locked(Stage):
    """A host with a stale lock; whatever the root program is asked, it does."""

    async def act(self, request):
        self.asked.append(request)
        return {}

    async def peek(self, request):
        return {"there": True, "alive": "", "inode": 7} if request["see"] == "lock" else {}


@pytest.fixture
def gate(tmp_path):
    stage = Locked(some_units())
    stage.bus.units |= dict.fromkeys(
        ("web.service", "www.service"), failed("web.service", names=("web.service", "www.service"))
    )
    return make_gate(tmp_path, stage=stage, policy=LOCKED, catalogue=CATALOGUE)


async def test_r36_a_unit_in_quarantine_is_not_brought_up_by_another_way(gate):
    with gate.database.writing() as writer:
        gate.limits.quarantine(writer, "web.service")
    reply = await propose(gate, "web-pid", "remove_stale_lock")
    assert (reply["state"], reply["decision"]["rule"]) == ("waiting", "limits")
    assert gate.judge.access.asked == [] and bus_of(gate).done == []


async def test_r11_r36_bringing_a_unit_up_counts_as_a_change_of_it_whatever_was_mended(gate):
    assert (await propose(gate, "web-pid", "remove_stale_lock"))["state"] == "done"
    assert gate.judge.access.asked and ("start", "web.service") in bus_of(gate).done
    assert facts(gate.limits.hindrance(["web.service"])) == ["web.service", "10"]
    bus_of(gate).units |= dict.fromkeys(
        ("web.service", "www.service"), failed("web.service", names=("web.service", "www.service"))
    )
    assert (await propose(gate, "web.service", "restart_unit"))["decision"]["rule"] == "limits"


@pytest.fixture
def waiting_gate(tmp_path):
    """Where mail.service, which is down, needs web.service."""
    gate = make_gate(tmp_path, level="suggest", policy='[[rule]]\nname = "all"\nverdict = "ask"\n')
    bus_of(gate).units["web.service"] = running("web.service")
    bus_of(gate).units["db.service"] = running("db.service")
    bus_of(gate).needed_by = {"web.service": ("mail.service", "db.service")}
    return gate


def comes_up(gate, name="mail.service"):
    bus_of(gate).units[name] = running(name)


async def test_r35_an_approval_does_not_hold_for_what_came_up_since_it_was_shown(waiting_gate):
    waiting = await propose(waiting_gate, "web.service")
    comes_up(waiting_gate)
    with pytest.raises(Refused, match="changed"):
        await say(waiting_gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    assert bus_of(waiting_gate).done == []
    again = await say(waiting_gate, ADMIN, "show", id=waiting["id"])
    assert "mail.service" in again["shown"]["blast_radius"]
    done = await say(waiting_gate, ADMIN, "approve", id=again["id"], hash=again["hash"])
    assert done["state"] == "done", done


async def test_r22_nor_for_what_comes_up_between_the_approval_and_the_change(waiting_gate):
    waiting = await propose(waiting_gate, "web.service")
    async with waiting_gate.performer.busy:
        await say(waiting_gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    comes_up(waiting_gate)
    clock_of(waiting_gate).pass_by(1)
    await waiting_gate.performer.perform_due()
    assert bus_of(waiting_gate).done == []
    assert waiting_gate.proposals.row(waiting["id"])["state"] == "waiting"


async def test_r37_a_rule_that_refuses_heeds_all_that_the_action_says_it_disturbs(tmp_path, monkeypatch):
    refuses = '[[rule]]\nname = "not-mail"\ntargets = ["smtp.service"]\nverdict = "refuse"\n'
    policy = f'{refuses}[[rule]]\nname = "all"\nverdict = "ask"\n'
    gate = make_gate(tmp_path, policy=policy)
    action = gate.judge.catalogue["restart_unit"]
    seen = action.precondition

    async def disturbs(access, change):
        return replace(await seen(access, change), touches=("web.service", "mail.service"))

    assert (await say(gate, DAEMON, "explain", action="restart_unit", target="web.service"))["rule"] == "all"
    monkeypatch.setattr(action, "precondition", disturbs)
    assert (await say(gate, DAEMON, "explain", action="restart_unit", target="web.service"))["rule"] == "not-mail"


OTHERWISE = {
    "starts-another": {"Wants": ("web2.service",)},
    "hits-the-host": {"SuccessAction": "poweroff"},
    "reloads-another": {"PropagatesReloadTo": ("batch.service",)},
}


@pytest.mark.parametrize("links", OTHERWISE.values(), ids=OTHERWISE)
@pytest.mark.parametrize("when", ["since-it-was-shown", "since-the-approval"])
async def test_r19_an_approval_holds_for_no_more_than_was_shown(waiting_gate, links, when):
    action = "reload_unit" if "PropagatesReloadTo" in links else "restart_unit"
    waiting_gate.judge.catalogue = CATALOGUE
    waiting = await propose(waiting_gate, "web.service", action)
    approve = {"id": waiting["id"], "hash": waiting["hash"]}
    if when == "since-the-approval":
        async with waiting_gate.performer.busy:
            await say(waiting_gate, ADMIN, "approve", **approve)
        bus_of(waiting_gate).links["web.service"] = links
        await waiting_gate.performer.perform_due()
    else:
        bus_of(waiting_gate).links["web.service"] = links
        with pytest.raises(Refused):
            await say(waiting_gate, ADMIN, "approve", **approve)
    assert bus_of(waiting_gate).done == []
    assert waiting_gate.proposals.standing(waiting["id"])["state"] == "waiting"


@pytest.mark.parametrize("links", OTHERWISE.values(), ids=OTHERWISE)
async def test_r19_nor_for_what_a_proposer_has_had_brought_up_to_date_since(waiting_gate, links):
    """Who proposes the same again renews what is shown; the approver still answers to what he saw."""
    action = "reload_unit" if "PropagatesReloadTo" in links else "restart_unit"
    waiting_gate.judge.catalogue = CATALOGUE
    seen = await propose(waiting_gate, "web.service", action)
    bus_of(waiting_gate).links["web.service"] = links
    renewed = await propose(waiting_gate, "web.service", action)
    assert renewed["id"] != seen["id"]
    with pytest.raises(Refused):
        await say(waiting_gate, ADMIN, "approve", id=seen["id"], hash=seen["hash"])
    assert bus_of(waiting_gate).done == []
    done = await say(waiting_gate, ADMIN, "approve", id=renewed["id"], hash=renewed["hash"])
    assert done["state"] == "done", done


async def test_r19_nor_for_what_is_brought_up_to_date_while_the_approval_is_checked(waiting_gate, monkeypatch):
    waiting_gate.judge.catalogue = CATALOGUE
    waiting, read = await propose(waiting_gate, "web.service"), waiting_gate.judge.read

    async def reads(*given):
        seen = await read(*given)
        monkeypatch.setattr(waiting_gate.judge, "read", read)
        bus_of(waiting_gate).links["web.service"] = OTHERWISE["starts-another"]
        await propose(waiting_gate, "web.service")
        return seen

    monkeypatch.setattr(waiting_gate.judge, "read", reads)
    with pytest.raises(Refused):
        await say(waiting_gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    assert bus_of(waiting_gate).done == []
    assert waiting_gate.proposals.row(waiting["id"])["state"] == "renewed"


async def test_r22_what_has_begun_is_not_brought_up_to_date(waiting_gate):
    waiting = await propose(waiting_gate, "web.service")
    await say(waiting_gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    before = dict(waiting_gate.proposals.row(waiting["id"]))
    comes_up(waiting_gate)
    waiting_gate.proposals.renew(before["id"], await waiting_gate.judge.read(
        waiting_gate.policy, "restart_unit", "web.service", {}
    ))  # fmt: skip
    assert dict(waiting_gate.proposals.row(waiting["id"])) == before


async def test_r19_a_risk_that_rises_after_the_approval_voids_it(waiting_gate):
    waiting = await propose(waiting_gate, "web.service")
    async with waiting_gate.performer.busy:
        await say(waiting_gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    bus_of(waiting_gate).logged_in["web.service"] = ("4",)
    await waiting_gate.performer.perform_due()
    assert bus_of(waiting_gate).done == []
    assert waiting_gate.proposals.row(waiting["id"])["state"] == "waiting"
