from __future__ import annotations

from stillwatch.records.action import Decision, Outcome, Proposal
from stillwatch.records.cause import Cause
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.incident import Evidence, Incident, Step
from stillwatch.records.trigger import Severity, Trigger


def evidence(incident_id: str, count: int, text: str = "seen", at: float = 5.5) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(id=f"E{n}", incident=incident_id, kind="journal", source="pid1", at=at, text=Untrusted(text))
        for n in range(1, count + 1)
    )


def incident(incident_id: str = "I1", **more: object) -> Incident:
    event = Event(
        host="h", at=1.25, source="metric", subject="/", text=Untrusted("ä\x00\ud7ff"), value=0.5, fields={"a": "b"}
    )
    trigger = Trigger(
        rule="r",
        severity=Severity.high,
        summary="s",
        subject="a.service",
        host="h",
        count=3,
        first=1.0,
        last=2.0,
        fields={"port": "80"},
        events=(event,),
        trusted=True,
    )
    given: dict[str, object] = {
        "id": incident_id,
        "key": "h/unit-failure/a.service",
        "state": "open",
        "severity": Severity.critical,
        "summary": "a.service failed",
        "subject": "a.service",
        "host": "h",
        "opened": 1.0,
        "updated": 2.0,
        "triggers": (trigger,),
        "evidence": evidence(incident_id, 2),
        "cause": Cause(id="oom", object="a.service", text="…"),
        "confidence": 0.9,
        "proposal": Proposal(action="restart_unit", target="a.service", arguments={"n": 1, "b": True, "s": "x"}),
        "decision": Decision(verdict="ask", rule="p1", reason="because"),
        "outcome": Outcome(status="done", verified=True, said=Untrusted("ok")),
        "notes": ("n",),
        "history": (Step(at=1.0, by="rule", text="opened"),),
    }
    return Incident(**{**given, **more})  # type: ignore[arg-type]
