from __future__ import annotations

from dataclasses import replace

from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Severity
from stillwatch.think.diagnosis.causes.case import Case

from .scene import AT, Looks, trigger


def case(looks: Looks | None) -> Case:
    incident = Incident(
        id="I1",
        key="k",
        state="open",
        severity=Severity.low,
        summary="",
        subject="a.service",
        host="h",
        opened=AT,
        updated=AT,
        triggers=(trigger("oom", "x"), trigger("crash", "x" * 9000)),
    )
    return Case(incident=incident, units={}, looks=looks)


async def test_the_same_question_is_asked_once_and_unknown_arguments_are_left_out() -> None:
    looks = Looks(memory={"total": 1})
    asked = case(looks)
    assert await asked.look("memory", nonsense=3) == await asked.look("memory") == {"total": 1}
    assert looks.asked == [("memory", {})]


async def test_a_tool_that_is_not_there_or_cannot_see_shows_nothing() -> None:
    assert await case(Looks(memory={})).look("memory") == {}
    assert await case(Looks()).cite_look("memory") == ()
    assert await case(None).look("memory") == {}


def test_evidence_is_numbered_once_and_cut() -> None:
    asked = case(None)
    assert asked.cite() == ("E1", "E2")
    assert asked.cite("crash") == ("E2",)
    assert len(asked.evidence) == 2
    assert len(asked.evidence[1].text) == 2000


def test_where_the_last_words_gave_the_cause_they_are_quoted_and_not_that_the_unit_failed() -> None:
    words = trigger("", "error loading database /var/lib/av/main.db", subject="clamd").events
    failed = replace(trigger("data-damaged", "a.service: Main process exited, code=exited, status=1"), words=words)
    told = case(None)
    told.incident = replace(told.incident, triggers=(failed,))
    assert "loading database /var/lib/av/main.db" in told.last_statement("data-damaged")
