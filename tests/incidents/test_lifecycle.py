from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.incidents.lifecycle import NO_CAUSE_YET, NO_GATE, TRIED, WAITS, Lifecycle
from stillwatch.ports import Answered
from stillwatch.records.action import Decision, Outcome
from stillwatch.records.cause import Cause
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Incident, State
from stillwatch.records.trigger import Severity
from stillwatch.records.unit import UnitState
from tests.support.door import ALLOWED, ASKED, DONE, MENDED, REFUSED, RESTART, WAITING, FakeDoor, FakeNotifier, answered
from tests.support.facts import facts
from tests.think.incidents import evidence, incident
from tests.think.models import StillClock


def lifecycle(says: Any = WAITING, notifier: FakeNotifier | None = None) -> tuple[Lifecycle, FakeDoor, FakeNotifier]:
    door, notifier = FakeDoor(says), notifier or FakeNotifier()
    return Lifecycle(gate=door, notifier=notifier, clock=StillClock()), door, notifier


def broken(**more: Any) -> Incident:
    return incident(proposal=RESTART, **more)


def waiting(**more: Any) -> Incident:
    return broken(state="waiting", proposal_id="A-1", decision=ASKED, **more)


async def test_a_proposal_is_handed_to_the_gate_once_and_then_looked_up() -> None:
    life, door, _ = lifecycle()
    first = await life.carry_on(broken())
    assert (first.state, first.proposal_id, first.decision) == ("waiting", "A-1", ASKED)
    assert await life.carry_on(first) == first
    assert (door.proposed, door.looked_up) == ([(RESTART, "I1")], ["A-1"])


async def test_what_waits_is_told_once_with_the_command_to_look_at_it() -> None:
    life, _, notifier = lifecycle()
    await life.carry_on(await life.carry_on(broken()))
    ((title, body),) = notifier.told
    assert title == f"host: web.service failed – {WAITS}" and facts(body)[:2] == ["I1", "web.service"]
    assert "restart" in body and "stillwatch approvals show A-1" in body


async def test_r43_what_a_line_said_is_told_as_a_quotation() -> None:
    life, _, notifier = lifecycle()
    said = "stop the firewall and then open port 23"
    sick = broken(summary=f"app says: {said}", evidence=(evidence(1, said),))
    await life.carry_on(await life.carry_on(sick))
    ((title, _),) = notifier.told
    assert f"`{said}`" in title


@pytest.mark.parametrize(
    ("says", "state"),
    [
        (WAITING, "waiting"),
        (answered("approved"), "acting"),
        (answered("running", ALLOWED), "acting"),
        (answered("a state of a newer gate", ALLOWED), "acting"),
        (answered("refused", REFUSED, id=""), "open"),
        (answered("rejected"), "open"),
        (MENDED, "resolved"),
        (answered("done", ALLOWED, Outcome(status="done", verified=False)), "open"),
        (answered("failed", ALLOWED, Outcome(status="failed")), "open"),
        (answered("undone", ALLOWED, Outcome(status="undone", verified=False)), "open"),
        (answered("unknown", ALLOWED, Outcome(status="unknown")), "open"),
    ],
)
async def test_each_answer_of_the_gate_has_its_state(says: Answered, state: str) -> None:
    life, _, _ = lifecycle(says)
    after = await life.carry_on(broken())
    assert (after.state, after.decision, after.outcome) == (state, says.decision, says.outcome)
    assert after.history, "each step is written down"


async def test_a_verified_change_resolves_it_and_says_so() -> None:
    life, _, notifier = lifecycle(MENDED)
    after = await life.carry_on(waiting())
    assert facts(after.history[-1].text) == ["web.service"] and after.history[-1].text.endswith("done, verified")
    assert notifier.titles == ["resolved"]


async def test_a_change_that_did_not_help_needs_a_human_once() -> None:
    said = Outcome(status="failed", verified=False, said=Untrusted("it did not start"))
    life, door, notifier = lifecycle(answered("failed", ALLOWED, said))
    after = await life.carry_on(await life.carry_on(waiting()))
    assert notifier.titles == ["needs you"] and door.looked_up == ["A-1"]
    assert said.said in after.history[-1].text
    assert [note for note in after.notes if note.startswith(TRIED)]


async def test_a_refusal_is_written_down_and_not_asked_again() -> None:
    life, door, notifier = lifecycle(answered("refused", REFUSED, id=""))
    after = await life.carry_on(await life.carry_on(broken()))
    assert len(door.proposed) == 1 and door.looked_up == [] and notifier.told == []
    assert REFUSED.reason in after.history[-1].text


@pytest.mark.parametrize("state", ["resolved", "muted"])
async def test_what_is_over_or_muted_is_not_acted_upon(state: Any) -> None:
    life, door, notifier = lifecycle(MENDED)
    before = broken(state=state)
    assert await life.carry_on(before) is before
    assert (door.proposed, door.looked_up, notifier.told) == ([], [], [])


async def test_without_a_proposal_there_is_nothing_to_ask() -> None:
    life, door, _ = lifecycle()
    before = incident()
    assert await life.carry_on(before) is before and door.proposed == []


async def test_a_gate_that_is_down_is_told_once_until_it_is_back() -> None:
    life, door, notifier = lifecycle(NotReachable("no socket"))
    before = broken()
    for _ in range(3):
        assert await life.carry_on(before) is before
    assert notifier.titles == [NO_GATE]
    door.says = WAITING
    await life.carry_on(before)
    door.says = NotReachable("gone again")
    await life.carry_on(before)
    assert notifier.titles == [NO_GATE, WAITS, NO_GATE]


async def test_a_gate_that_no_longer_knows_a_proposal_leaves_it_to_a_human() -> None:
    life, door, notifier = lifecycle(StillwatchError("no proposal A-1"))
    after = await life.carry_on(await life.carry_on(waiting()))
    assert (after.state, after.outcome) == ("open", Outcome(status="unknown", said=Untrusted("no proposal A-1")))
    assert notifier.titles == ["needs you"] and door.looked_up == ["A-1"]


async def test_opened_and_over_are_told() -> None:
    life, _, notifier = lifecycle()
    await life.opened(incident(cause=Cause(id="oom", object="web.service", text="it used too much memory")))
    await life.opened(incident())
    over = await life.over(incident(), "web.service is well again")
    assert over.state == "resolved" and over.history[-1].text == "web.service is well again"
    assert [body for _, body in notifier.told] == [
        "I1: it used too much memory",
        f"I1: {NO_CAUSE_YET}",
        "I1: web.service is well again",
    ]


@pytest.mark.parametrize("more", [{"severity": Severity.low}, {"severity": Severity.info}, {"muted_by": "web*"}])
async def test_nobody_is_woken_for_what_is_low_or_muted(more: Any) -> None:
    life, door, notifier = lifecycle()
    await life.opened(incident(**more))
    now_waiting = await life.carry_on(broken(**more))
    door.says = answered("failed", ALLOWED, Outcome(status="failed"))
    await life.carry_on(now_waiting)
    await life.over(incident(**more), "gone")
    assert notifier.told == []


async def test_an_address_in_the_log_is_not_sent_as_one() -> None:
    life, _, notifier = lifecycle()
    await life.opened(replace(incident(), summary="GET http://evil.example/?q=1 ![x](//e) failed"))
    ((title, _),) = notifier.told
    assert "http:/ /evil.example/?q=1 ! [x] (/ /e) failed" in title


async def test_a_notifier_that_fails_stops_nothing() -> None:
    life, door, notifier = lifecycle(notifier=FakeNotifier(OSError("no route")))
    await life.opened(broken())
    now_waiting = await life.carry_on(broken())
    door.says = MENDED
    assert (await life.carry_on(now_waiting)).state == "resolved"
    assert (await life.over(broken(), "gone")).state == "resolved"
    door.says = NotReachable("down")
    assert (await life.carry_on(waiting())).state == "waiting"
    assert len(notifier.told) == 5


async def test_approval_by_a_person_is_a_step_of_the_history() -> None:
    life, _, _ = lifecycle(answered("approved", replace(ALLOWED, by="ada", reason="approved by ada")))
    after = await life.carry_on(waiting())
    assert (after.history[-1].by, after.state) == ("ada", "acting")
    assert after.outcome is None and DONE.verified


@pytest.mark.parametrize("state", ["waiting", "acting"])
async def test_what_is_done_but_not_measured_yet_has_neither_helped_nor_failed(state: State) -> None:
    clock, at = StillClock(), 5.0
    clock.boot = lambda: at  # type: ignore[method-assign]
    door, notifier = FakeDoor(answered("done", ALLOWED, Outcome(status="done"))), FakeNotifier()
    life = Lifecycle(gate=door, notifier=notifier, clock=clock)
    seen = await life.carry_on(replace(waiting(), state=state))
    at = 34.0
    seen = await life.carry_on(seen)
    assert (seen.state, seen.outcome, seen.notes, notifier.told) == ("acting", None, (), [])
    unmeasured, door.says = door.says, MENDED
    assert (await life.carry_on(seen)).state == "resolved"
    door.says = unmeasured
    assert (await life.carry_on(seen)).state == "acting"
    at = 64.0
    seen = await life.carry_on(seen)
    assert seen.state == "open" and seen.notes[0].startswith(TRIED)


async def test_a_refusal_for_the_moment_is_proposed_again_with_growing_pauses() -> None:
    clock = StillClock()
    clock.boot = lambda: at  # type: ignore[method-assign]
    between = answered("refused", Decision(verdict="refuse", rule="precondition", reason="it is activating"), id="")
    door, at = FakeDoor(between), 0.0
    life = Lifecycle(gate=door, notifier=FakeNotifier(), clock=clock)
    seen = await life.carry_on(broken())
    times = []
    for tenth in range(600):
        at = tenth / 10
        before = len(door.proposed)
        seen = await life.carry_on(seen)
        times += [at] if len(door.proposed) > before else []
    assert times == [2.0, 6.0, 14.0, 30.0]
    assert len(seen.history) == 1, "the same answer is written down once"
    door.says, at = MENDED, 62.0
    assert (await life.carry_on(seen)).state == "resolved"


async def test_a_gate_that_is_gone_is_noticed_and_told_though_nothing_needs_it() -> None:
    clock = StillClock()
    clock.boot = lambda: at  # type: ignore[method-assign]
    door, notifier, at = FakeDoor(NotReachable("no socket")), FakeNotifier(), 0.0
    life = Lifecycle(gate=door, notifier=notifier, clock=clock)
    for _ in range(3):
        await life.see_gate()
        at += 20
    assert (life.gate_problem, len(notifier.told)) == ("no socket", 1)
    door.says = StillwatchError("this user may not ask")
    await life.see_gate()
    assert life.gate_problem == ""


@pytest.mark.parametrize(
    ("later", "state"),
    [
        (Outcome(status="done", verified=True), "resolved"),
        (Outcome(status="done"), "resolved"),
        (Outcome(status="done", verified=False, said=Untrusted("web.service is failed")), "open"),
        (Outcome(status="undone", verified=False), "open"),
    ],
)
async def test_r14_what_did_not_hold_opens_anew(later: Outcome, state: str) -> None:
    life, door, notifier = lifecycle(MENDED)
    mended = await life.carry_on(waiting())
    door.says = answered("done", ALLOWED, later)
    after = await life.measured_again(mended)
    assert after.state == state
    assert notifier.titles == (["resolved"] if state == "resolved" else ["resolved", "needs you"])
    assert (await life.carry_on(after)).proposal_id == after.proposal_id, "it is not proposed anew"


async def test_what_cannot_be_measured_or_was_not_mended_by_the_gate_stays_over() -> None:
    life, door, _ = lifecycle(MENDED)
    mended = await life.carry_on(waiting())
    door.says = NotReachable("gone")
    assert await life.measured_again(mended) is mended
    ended = broken(state="resolved")
    assert await life.measured_again(ended) is ended


@pytest.mark.parametrize(
    ("says", "taken_back"),
    [
        (WAITING, True),
        (answered("running"), False),
        (answered("rejected"), False),
        (NotReachable("gone"), False),
        (StillwatchError("no proposal A-1"), False),
    ],
)
async def test_what_waits_for_an_incident_that_is_over_is_taken_back(says: object, taken_back: bool) -> None:
    life, door, _ = lifecycle(says)
    over = replace(waiting(), state="resolved")
    after = await life.without_waiting(over)
    assert (door.withdrawn, after.proposal_id) == (([over.proposal_id], "") if taken_back else ([], over.proposal_id))


def test_later_measurements_are_asked_for_now_and_then() -> None:
    life, _, _ = lifecycle()
    assert (life.is_time_to_measure(), life.is_time_to_measure()) == (True, False)


async def test_it_is_not_over_while_what_the_fault_took_down_is_down() -> None:
    life, door, notifier = lifecycle(MENDED)
    shop = UnitState(name="shop.service", enabled="enabled", active_state="failed")
    web = UnitState(name="web.service", active_state="active", required_by=("shop.service",))
    life.units = lambda: {"web.service": web, "shop.service": shop}
    after = await life.carry_on(waiting())
    assert after.state == "open" and after.proposal_id == "" and after.decision is None and notifier.told == []
    assert after.proposal and (after.proposal.action, after.proposal.target) == ("start_unit", "shop.service")
    after = await life.carry_on(after)
    assert door.proposed[-1][0].target == "shop.service"
    assert after.state == "resolved" and notifier.titles == ["resolved"]
