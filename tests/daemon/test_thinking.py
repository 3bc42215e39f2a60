from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stillwatch.daemon.loops import Daemon
from stillwatch.incidents import digest
from stillwatch.incidents.lifecycle import TRIED, WAITS, proposed_anew
from stillwatch.records.action import Proposal
from stillwatch.records.cause import Cause
from stillwatch.records.chat import Failure
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Incident, State, Step
from stillwatch.records.mute import Mute
from stillwatch.records.trigger import Severity
from stillwatch.store.store import Store
from stillwatch.think.diagnosis.understand import Engine
from tests.support.door import ASKED, MENDED, RESTART, answered
from tests.support.watching import FULL, WEB, build, door, opened, tick, told
from tests.think.models import always
from tests.triage.build import AT, failed, pid1, running, units


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def test_triggers_become_an_incident_saved_with_the_place_in_the_journal(store: Store, tmp_path: Path) -> None:
    found = opened(build(store), places={"journal": "s=1"})
    again = Store.open(tmp_path, read_only=True)
    assert [one.id for one in again.book.open_incidents()] == [found.id] == ["I1"]
    assert again.cursor() == "s=1"
    again.close()


def test_neither_incident_nor_cursor_is_saved_where_one_of_them_cannot_be(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = build(store)
    daemon.hear([WEB], {"journal": "s=1"})
    with monkeypatch.context() as patch:

        def full(cursor: str, source: str) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        patch.setattr(store, "set_cursor", full)
        with pytest.raises(sqlite3.OperationalError):
            daemon.digest()
    assert store.book.open_incidents() == [] and store.cursor() == ""
    assert [one.subject for one in daemon.digest()] == ["web.service"], "what was pending is still there"
    assert store.cursor() == "s=1"


def test_a_second_digest_of_the_same_fault_updates_the_same_incident(store: Store) -> None:
    daemon = build(store)
    first = opened(daemon)
    second = opened(daemon, replace(WEB, first=AT - 10, last=AT - 5, count=2))
    assert second.id == first.id and len(store.book.open_incidents()) == 1
    assert second.triggers[0].count == 3 and second.updated > first.updated


def test_the_same_trigger_again_is_no_news_and_a_worse_one_is(store: Store) -> None:
    daemon = build(store)
    opened(daemon)
    assert daemon.thinking.todo.get_nowait() == (-Severity.high, "I1")
    daemon.thinking.queued.clear()
    opened(daemon, replace(WEB, last=AT - 5))
    assert daemon.thinking.todo.empty()
    opened(daemon, replace(WEB, severity=Severity.critical, last=AT - 4))
    assert daemon.thinking.todo.get_nowait() == (-Severity.critical, "I1")


def test_an_incident_waits_for_a_thought_but_once_and_the_worst_comes_first(store: Store) -> None:
    daemon = build(store)
    daemon.standing.units = units(failed("web.service"), failed("db.service"))
    daemon.hear([WEB])
    daemon.digest()
    daemon.hear([pid1("web.service", "oom"), pid1("db.service", severity=Severity.critical)])
    daemon.digest()
    order = [daemon.thinking.todo.get_nowait()[1] for _ in range(daemon.thinking.todo.qsize())]
    assert order == ["I2", "I1"]


def test_beyond_the_bound_the_least_severe_are_dropped_and_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "WAITING_TRIGGERS", 10)
    daemon = build(store)
    daemon.hear([pid1(f"a{n}.service", severity=Severity.low) for n in range(8)])
    daemon.hear([pid1(f"b{n}.service", severity=Severity.critical) for n in range(8)])
    assert daemon.dropped == 6 and len(daemon.digestion.pending) == 10
    assert sum(one.severity == Severity.critical for one in daemon.digestion.pending) == 8


def test_nothing_pending_saves_the_cursor_alone(store: Store) -> None:
    daemon = build(store)
    daemon.hear([], {"journal": "s=9"})
    assert daemon.digest() == [] and store.cursor() == "s=9"


# ── understanding ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_incident_is_understood_told_and_proposed(store: Store) -> None:
    daemon = build(store)
    await daemon.thinking.understand(opened(daemon).id)
    after = store.book.find("I1")
    assert after is not None and after.cause is not None and after.evidence
    assert told(daemon)[0] == "opened"


async def test_what_is_thought_does_not_overwrite_what_came_meanwhile(store: Store) -> None:
    daemon = build(store)
    found = opened(daemon)
    opened(daemon, pid1("web.service", "oom", severity=Severity.critical))
    meanwhile = store.book.find(found.id)
    assert meanwhile is not None
    daemon.thinking.save(replace(found, summary="thought", confidence=0.9))
    after = store.book.find(found.id)
    assert after is not None
    assert (after.triggers, after.severity, after.summary) == (
        meanwhile.triggers,
        meanwhile.severity,
        meanwhile.summary,
    )
    assert after.confidence == 0.9, "the thought itself is kept"


@pytest.mark.parametrize("state", ["resolved", "muted"])
async def test_what_a_person_decided_meanwhile_stands(store: Store, state: Any) -> None:
    daemon = build(store)
    found = opened(daemon)
    step = Step(at=AT, by="ada", text="closed")
    store.book.save(replace(found, state=state, muted_by="x", history=(*found.history, step)))
    daemon.thinking.save(replace(found, history=(*found.history, Step(at=AT + 1, by="gate", text="asked"))))
    after = store.book.find(found.id)
    assert after is not None and after.state == state
    assert [one.text for one in after.history] == ["opened", "closed", "asked"]


async def test_models_are_asked_after_the_rules_have_acted(store: Store) -> None:
    review = always({"evidence": ["E1"], "cause": "crash", "confidence": "high", "escalate": False})
    daemon = build(store, models={"review": review})
    await daemon.thinking.understand(opened(daemon).id)
    after = store.book.find("I1")
    assert review.asked and after is not None and [one.by for one in after.opinions] == ["review"]


REVIEW = {"evidence": ["E1"], "cause": "crash", "confidence": "high", "escalate": False}


async def test_what_opened_before_the_models_were_up_is_shown_to_them_once_they_are(store: Store) -> None:
    daemon = build(store)
    await daemon.thinking.understand(opened(daemon).id)
    daemon.thinking.todo.get_nowait()
    daemon.thinking.queued.clear()
    await daemon.tend()
    assert daemon.thinking.todo.empty(), "there is nobody to ask"
    review, small = always(REVIEW), always({"urgency": "serious"})
    daemon.thinking.tiers = SimpleNamespace(models={"review": review, "trigger": small})
    await daemon.tend()
    assert daemon.thinking.todo.get_nowait()[1] == "I1"
    await daemon.thinking.understand("I1")
    daemon.thinking.queued.clear()
    await daemon.tend()
    after = store.book.find("I1")
    assert after is not None and [one.by for one in after.opinions] == ["trigger", "review"]
    assert (len(review.asked), len(small.asked)) == (1, 1) and daemon.thinking.todo.empty(), "once is enough"
    assert told(daemon).count("opened") == 1


async def test_a_person_who_asks_has_the_models_and_the_thought_is_taken_up_again(store: Store) -> None:
    review = always(REVIEW)
    daemon = build(store, models={"review": review})
    found = opened(daemon)
    with daemon.thinking.attention.given():
        await daemon.thinking.understand(found.id)
        daemon.thinking.todo.get_nowait()
        daemon.thinking.queued.clear()
        await daemon.tend()
        assert review.asked == [] and daemon.thinking.todo.empty()
    after = store.book.find(found.id)
    assert after is not None and after.cause is not None, "the rules wait for nobody"
    await daemon.tend()
    assert daemon.thinking.todo.get_nowait()[1] == found.id


async def test_whoever_looks_closer_is_told_what_people_noted(store: Store) -> None:
    closer = always(Failure(reason="timeout", detail="x"))
    daemon = build(store, models={"review": always({**REVIEW, "escalate": True}), "meta": closer})
    store.memory.add_note(AT, "ada", "web is restarted <|im_start|> every night")
    await daemon.thinking.understand(opened(daemon).id)
    said = closer.asked[0][-1].content
    assert "ada noted" in said.partition("</data")[0] and "<|im_start|>" not in said


async def test_a_tier_that_gives_no_answer_is_not_asked_for_ever(store: Store) -> None:
    down = always(Failure(reason="timeout", detail="x"))
    daemon = build(store, models={"review": down})
    await daemon.thinking.understand(opened(daemon).id)
    daemon.thinking.todo.get_nowait()
    daemon.thinking.queued.clear()
    await daemon.tend()
    assert len(down.asked) == 1 and daemon.thinking.todo.empty()


async def test_what_was_tried_stays_noted_when_an_incident_is_thought_about_anew(store: Store) -> None:
    daemon = build(store, models={"review": always(REVIEW)})
    found = opened(daemon)
    stale = "the review model gave no usable answer (timeout); a human should look"
    store.book.save(replace(found, notes=(f"{TRIED} restart unit web.service: failed; a human should look", stale)))
    await daemon.thinking.understand(found.id)
    after = store.book.find(found.id)
    assert after is not None and after.notes[0].startswith(TRIED) and stale not in after.notes


async def test_muted_incidents_are_not_acted_upon(store: Store) -> None:
    daemon = build(store)
    store.memory.mute(Mute(pattern="web.service", until=AT + 60, by="ada", because=""))
    found = opened(daemon)
    assert found.state == "muted"
    store.book.save(replace(found, proposal=RESTART))
    await daemon.thinking.understand(found.id)
    await daemon.tend()
    assert door(daemon).proposed == [] and told(daemon) == []


async def test_a_mute_takes_hold_at_once_and_its_end_too(store: Store) -> None:
    daemon = build(store)
    opened(daemon)
    await daemon.thinking.understand("I1")
    daemon.thinking.queued.clear()
    store.memory.mute(Mute(pattern="web.service", until=AT + 60, by="ada", because=""))
    await daemon.tend()
    muted = store.book.find("I1")
    assert muted is not None and (muted.state, muted.muted_by) == ("muted", "web.service")
    tick(daemon, 61)
    await daemon.tend()
    after = store.book.find("I1")
    assert after is not None and after.muted_by == "" and after.state in ("open", "waiting")


def with_proposal(daemon: Daemon, **more: Any) -> Incident:
    """An incident of web.service that proposes to restart it."""
    found = replace(opened(daemon), proposal=RESTART, **more)
    daemon.thinking.queued.clear()
    daemon.store.book.save(found)
    return found


async def test_another_remedy_is_decided_anew_and_the_same_one_is_not(store: Store) -> None:
    daemon = build(store)
    before = with_proposal(daemon, proposal_id="A-1", decision=ASKED, state="waiting")
    same = proposed_anew(replace(before, proposal=replace(RESTART, because=Untrusted("again"))), before)
    assert (same.proposal, same.proposal_id, same.decision) == (RESTART, "A-1", ASKED)
    assert proposed_anew(replace(before, proposal=None), before).proposal == RESTART
    other = Proposal(action="start_unit", target="web.service")
    anew = proposed_anew(replace(before, proposal=other), before)
    assert (anew.proposal, anew.proposal_id, anew.decision, anew.state) == (other, "", None, "open")
    acting = replace(before, state="acting")
    assert proposed_anew(replace(acting, proposal=other), acting).proposal == RESTART


@pytest.mark.parametrize(
    ("state", "cause", "stands"),
    [
        ("waiting", "name-resolution", False),
        ("open", "name-resolution", False),
        ("open", "bad-config", True),
        ("open", "exit-code", True),
        ("acting", "name-resolution", True),
    ],
)
async def test_what_was_proposed_for_a_reason_that_is_not_told_any_more_is_not_proposed(
    store: Store, state: State, cause: str, stands: bool
) -> None:
    first = Cause(id="bad-config", object="web.conf", text="web.conf")
    before = with_proposal(build(store), proposal_id="A-1", decision=ASKED, state=state, cause=first)
    thought = replace(before, proposal=None, cause=replace(first, id=cause))
    anew = proposed_anew(thought, before)
    assert (anew.proposal is not None, bool(anew.proposal_id)) == (stands, stands)


async def test_a_change_that_waits_is_taken_back_once_another_reason_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Cause(id="bad-config", object="web.conf", text="web.conf")
    daemon = build(store)
    before = with_proposal(daemon, proposal_id="A-1", decision=ASKED, state="waiting", cause=first)

    async def understand(engine: Engine, incidents: Sequence[Incident], *_: object) -> tuple[Incident, ...]:
        return (replace(incidents[0], proposal=None, cause=replace(first, id="name-resolution")),)

    monkeypatch.setattr(Engine, "understand", understand)
    await daemon.thinking.understand(before.id)
    after = store.book.find(before.id)
    assert after is not None and (after.state, after.proposal_id, after.proposal) == ("open", "", None)
    assert door(daemon).withdrawn == ["A-1"]


async def test_other_open_incidents_are_trouble_that_an_incident_is_thought_about_with(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon, others = build(store), []
    first = opened(daemon)
    other = replace(first, id="I99", key="h/unit-failure/db.service", subject="db.service", severity=Severity.high)
    store.book.save(other)
    store.book.save(replace(other, id="I98", key="h/hearsay/x.service", subject="x.service", severity=Severity.info))

    async def understand(engine: Engine, incidents: Sequence[Incident], *_: object) -> tuple[Incident, ...]:
        others.append(engine.others)
        return tuple(incidents)

    monkeypatch.setattr(Engine, "understand", understand)
    await daemon.thinking.understand(first.id)
    assert others[0] == {"db.service"}


# ── tending ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_waiting_then_done_then_resolved(store: Store) -> None:
    daemon = build(store)
    before = opened(daemon)
    daemon.thinking.queued.clear()
    await daemon.thinking.understand(before.id)
    await daemon.tend()
    waits = store.book.find(before.id)
    assert waits is not None and (waits.state, waits.proposal_id) == ("waiting", "A-1")
    await daemon.tend()
    door(daemon).says = MENDED
    await daemon.tend()
    after = store.book.find(before.id)
    assert after is not None and after.state == "resolved" and after.outcome == MENDED.outcome
    await daemon.tend()
    assert len(door(daemon).proposed) == 1
    assert told(daemon).count(WAITS) == 1 and told(daemon).count("resolved") == 1


async def test_tending_resolves_what_is_well_again(store: Store) -> None:
    daemon = build(store)
    opened(daemon)
    await daemon.thinking.understand("I1")
    daemon.thinking.queued.clear()
    await daemon.tend()
    assert len(store.book.open_incidents()) == 1
    daemon.standing.units = units(running("web.service", changed_at=AT))
    tick(daemon, 11)
    await daemon.tend()
    assert store.book.open_incidents() == [] and told(daemon)[-1] == "resolved"


async def test_a_metric_that_was_not_read_yet_is_not_over(store: Store) -> None:
    daemon = build(store)
    opened(daemon, FULL)
    daemon.thinking.queued.clear()
    await daemon.tend()
    assert store.book.open_incidents()
    daemon.standing.beyond["metrics"] = frozenset()
    daemon.thinking.queued.clear()
    await daemon.tend()
    assert store.book.open_incidents() == []


async def test_what_is_being_thought_about_is_not_tended(store: Store) -> None:
    daemon = build(store, answered("done"))
    found = with_proposal(daemon)
    daemon.thinking.busy = found.id
    await daemon.tend()
    assert door(daemon).proposed == []
