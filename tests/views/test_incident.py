from __future__ import annotations

from dataclasses import replace

import msgspec

from stillwatch.records.action import Decision, Outcome, Proposal
from stillwatch.records.cause import Cause
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident, Step
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.views.incident import IncidentInFull, IncidentView, TriggerView
from stillwatch.views.shape import plain

TRIGGER = Trigger(
    rule="r",
    severity=Severity.high,
    summary="s",
    subject="a.service",
    host="h",
    count=2,
    first=1.0,
    last=2.0,
    fields={"port": "80"},
    sample=Untrusted("line"),
)
BARE = Incident(
    id="I1",
    key="k",
    state="open",
    severity=Severity.low,
    summary="s",
    subject="a.service",
    host="h",
    opened=1.0,
    updated=2.0,
    triggers=(TRIGGER,),
)
CONTRACT = [
    "id",
    "key",
    "state",
    "severity",
    "summary",
    "subject",
    "opened",
    "updated",
    "cause",
    "confidence",
    "by",
    "evidence",
    "proposal",
    "decision",
    "outcome",
]


def test_a_trigger_has_exactly_the_names_that_scripts_rely_on() -> None:
    assert plain(TriggerView.of(TRIGGER)) == {
        "at": "1970-01-01T00:00:02.000Z",
        "host": "h",
        "rule": "r",
        "severity": "high",
        "summary": "s",
        "subject": "a.service",
        "count": 2,
        "first": "1970-01-01T00:00:01.000Z",
        "last": "1970-01-01T00:00:02.000Z",
        "fields": {"port": "80"},
        "sample": "line",
    }


def test_what_is_not_known_is_null() -> None:
    shown = msgspec.to_builtins(IncidentView.of(BARE))
    assert set(CONTRACT) <= shown.keys()
    assert [shown[name] for name in ("cause", "proposal", "decision", "outcome")] == [None] * 4
    assert shown["evidence"] == []


def test_everything_that_is_known_is_plain_json() -> None:
    whole = replace(
        BARE,
        cause=Cause(id="oom", object="a.service", text="t"),
        evidence=(Evidence(id="E1", incident="I1", kind="look", source="s", at=3.0, text=Untrusted("x")),),
        proposal=Proposal(action="restart_unit", target="a.service", arguments={"once": True}),
        decision=Decision(verdict="ask", rule="p", reason="why"),
        outcome=Outcome(status="done", verified=None),
    )
    shown = msgspec.to_builtins(IncidentView.of(whole))
    assert shown["cause"] == {"id": "oom", "object": "a.service", "text": "t"}
    assert shown["evidence"] == [
        {"id": "E1", "kind": "look", "source": "s", "at": "1970-01-01T00:00:03.000Z", "text": "x"}
    ]
    assert shown["proposal"] == {
        "action": "restart_unit",
        "target": "a.service",
        "arguments": {"once": True},
        "because": "",
    }
    assert shown["decision"] == {"verdict": "ask", "rule": "p", "reason": "why"}
    assert shown["outcome"] == {"status": "done", "verified": None}


def test_an_incident_in_full_has_its_history_too() -> None:
    told = replace(BARE, history=(Step(at=5.0, by="rule", text="opened"),))
    shown = msgspec.to_builtins(IncidentInFull.of(told))
    assert shown.pop("history") == [{"at": "1970-01-01T00:00:05.000Z", "by": "rule", "text": "opened"}]
    assert shown == plain(IncidentView.of(told))
