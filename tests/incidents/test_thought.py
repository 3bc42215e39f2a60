from __future__ import annotations

from dataclasses import replace

from stillwatch.incidents.thought import is_news, on_top_of
from stillwatch.records.cause import Cause
from stillwatch.records.incident import Incident, Step
from stillwatch.records.trigger import Severity
from tests.store.build import incident
from tests.triage.build import trigger

BEFORE = incident("I1", cause=None)
THOUGHT = replace(BEFORE, cause=Cause(id="oom", object="a.service", text="it was killed"))


def seen_more(before: Incident) -> Incident:
    return replace(before, triggers=(*before.triggers, trigger("b.service", "oom", rule="other")), updated=9.0)


def test_what_was_seen_meanwhile_and_what_was_thought_are_both_kept() -> None:
    both = on_top_of(seen_more(BEFORE), THOUGHT)
    assert both.cause == THOUGHT.cause and len(both.triggers) == 2 and both.updated == 9.0


def test_what_a_person_did_meanwhile_stands() -> None:
    closed = replace(BEFORE, state="resolved", history=(*BEFORE.history, Step(at=3.0, by="ann", text="closed")))
    both = on_top_of(closed, THOUGHT)
    assert (both.state, both.cause, both.history[-1].by) == ("resolved", THOUGHT.cause, "ann")
    muted = replace(BEFORE, state="muted", muted_by="ann")
    assert on_top_of(muted, THOUGHT).muted_by == "ann"
    assert on_top_of(muted, replace(THOUGHT, state="resolved")).state == "resolved"


def test_only_what_is_new_worse_or_of_another_kind_is_thought_about_again() -> None:
    assert is_news(BEFORE, None)
    assert not is_news(replace(BEFORE, updated=9.0), BEFORE)
    assert is_news(seen_more(BEFORE), BEFORE)
    assert is_news(BEFORE, replace(BEFORE, severity=Severity.low))
