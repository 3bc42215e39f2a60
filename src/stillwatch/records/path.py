"""The way a fault took: from the culprit to whom it struck, each arrow with the evidence that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrow:
    """cause: why the one follows from the other, an id of the catalogue; evidence: ids of what shows it."""

    culprit: str
    effect: str
    cause: str
    evidence: tuple[str, ...]


def path_of(incident: Incident) -> tuple[Arrow, ...]:
    """Culprit → the incident's subject → all others that suffer, in the order in which they were struck."""
    cause = incident.cause
    if cause is None:
        return ()
    arrows = []
    others = _struck(incident)
    subject = incident.subject
    if cause.object not in ("", subject):
        cited = tuple(piece.id for piece in incident.evidence if piece.id in _cited(cause.text))
        arrows.append(Arrow(culprit=cause.object, effect=subject, cause=cause.id, evidence=cited))
    for name, why in others.items():
        if name not in (subject, cause.object):
            seen = tuple(piece.id for piece in incident.evidence if piece.source == name)
            arrows.append(Arrow(culprit=subject, effect=name, cause=why or "dependency-failed", evidence=seen))
    return tuple(arrows)


def _struck(incident: Incident) -> dict[str, str]:
    """Who spoke of trouble, with what the rule took for the cause; the first struck first."""
    speaking = sorted(incident.triggers, key=lambda trigger: trigger.first)
    reported: dict[str, str] = {}
    for trigger in speaking:
        if trigger.subject and trigger.severity > Severity.info:
            reported.setdefault(trigger.subject, trigger.cause)
    return reported


def _cited(text: str) -> set[str]:
    """The ids with which fixed code ends its sentence: "… (E1, E4)."."""
    return set(text.rpartition("(")[2].rstrip(").").split(", "))
