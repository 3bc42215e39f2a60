"""Incidents to think about."""

from __future__ import annotations

from typing import Any

from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.trigger import Severity


def evidence(number: int, text: str = "bind() failed (98: Address already in use)", **more: Any) -> Evidence:
    given = {"incident": "I1", "kind": "journal", "source": "web.service", "at": 1_000_000.0, **more}
    return Evidence(id=f"E{number}", text=Untrusted(text), **given)


def incident(**more: Any) -> Incident:
    given: dict[str, Any] = {
        "id": "I1",
        "key": "host/exit-code/web.service",
        "state": "open",
        "severity": Severity.high,
        "summary": "web.service failed",
        "subject": "web.service",
        "host": "host",
        "opened": 1_000_000.0,
        "updated": 1_000_000.0,
        "evidence": (evidence(1), evidence(2, "web.service: failed (Result: exit-code)")),
    }
    return Incident(**{**given, **more})
