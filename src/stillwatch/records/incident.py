"""One fault, one incident, and the evidence that every claim about it points to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from stillwatch.records.action import Decision, Outcome, Proposal
from stillwatch.records.assessment import Opinion
from stillwatch.records.cause import Cause
from stillwatch.records.event import Untrusted
from stillwatch.records.trigger import Severity, Trigger

LOOK_AT_IT: Final = "a human should look"
MEANT: Final = "a note says: "
"""Begins the note of an incident that somebody wants so."""
State = Literal["open", "waiting", "acting", "resolved", "muted"]
EvidenceKind = Literal["journal", "log", "metric", "unit", "change", "alert", "look"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What was seen, word for word (redacted). `id` is "E1", "E2", … within its incident; `source` says where."""

    id: str
    incident: str
    kind: EvidenceKind
    source: str
    at: float
    text: Untrusted


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of an incident's history: what happened, when, and who did it (rule, review, meta, gate, a person)."""

    at: float
    by: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """key: the fingerprint that makes a second sighting the same incident; subject: the unit or path to blame.

    confidence 0…1; by: who stands behind `cause` ("rule", "review", "meta"); proposal_id: the gate's ("A-17"), or "";
    sufferers: units of which a look has shown that their trouble follows from this.
    """

    id: str
    key: str
    state: State
    severity: Severity
    summary: str
    subject: str
    host: str
    opened: float
    updated: float
    triggers: tuple[Trigger, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    cause: Cause | None = None
    confidence: float = 0.0
    by: str = "rule"
    proposal: Proposal | None = None
    proposal_id: str = ""
    decision: Decision | None = None
    outcome: Outcome | None = None
    muted_by: str = ""
    notes: tuple[str, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    history: tuple[Step, ...] = ()
    sufferers: tuple[str, ...] = ()


def whole_incident_id(given: str) -> str:
    """What a person types for an incident, as it is kept: "7" and "i7" are I7. Anything else stays as it is."""
    match = re.fullmatch(r"[Ii]?-?([1-9][0-9]{0,11})", given.strip(), re.ASCII)
    return f"I{match[1]}" if match else given
