"""Who is believed: what rules, review and meta say becomes one cause, one confidence and what a person should know.

A cause that rests on trusted facts (PID 1, the kernel, a look at the host) is *proven*: no model can talk it away or
make it less sure; one that disagrees is quoted, one that agrees was told beforehand and adds nothing. Where the rules
name a reason without proof, a model may only choose among the reasons that the evidence leaves open; where they know a
mere symptom, the tier that looked furthest and points to evidence is believed. Two models that read one line
corroborate nothing.
"""

from __future__ import annotations

from dataclasses import replace

from stillwatch.records.assessment import Assessment, Opinion
from stillwatch.records.cause import CAUSES, is_symptom
from stillwatch.records.incident import LOOK_AT_IT, Incident
from stillwatch.records.trigger import Severity

PROVEN = 0.9
AGREED = 0.05
DOUBTED = 0.3
KERNEL_CAUSES = frozenset(
    {
        *(
            "oom",
            "memory-pressure",
            "io-pressure",
            "cpu-pressure",
            "process-leak",
            "resource-limit",
            "crash",
            "log-flood",
        ),
        *("hardware", "device-missing", "overheating", "power", "redundancy-lost", "filesystem-error", "disk-full"),
        *("kernel-bug", "network", "access-control", "other"),
    }
)
"""What a line of the kernel can tell of."""
UNSUPPORTED = 0.3


def is_proven(assessment: Assessment) -> bool:
    return assessment.by == "rule" and assessment.cause is not None and assessment.confidence >= PROVEN


def supported(assessment: Assessment) -> Assessment:
    """A model's claim without any evidence is a guess, however sure it sounds."""
    if assessment.by == "rule" or assessment.evidence:
        return assessment
    return replace(assessment, confidence=min(assessment.confidence, UNSUPPORTED))


def wants_closer_look(rule: Assessment, review: Assessment | None) -> bool:
    """Escalate when the reviewer asks for it, contradicts what is proven, or nobody is sure."""
    if review is None:
        return not is_proven(rule)
    if is_proven(rule):
        return review.next == "escalate" or not _same(rule, review)
    return review.next == "escalate" or supported(review).confidence < 0.8


def consensus(incident: Incident, rule: Assessment, *others: Assessment) -> Incident:
    """The incident with the cause that is believed, who stands behind it, and what each model said."""
    opinions = (*incident.opinions, *(_opinion(other) for other in others))
    believed = _believed(rule, others, open_causes(incident, rule))
    notes = tuple(dict.fromkeys((*incident.notes, *rule.notes, *_doubts(believed, others))))
    return replace(
        incident,
        severity=Severity.info if rule.over or rule.meant else incident.severity,
        cause=believed.cause,
        confidence=_confidence(believed, others, rule),
        by=believed.by,
        proposal=rule.proposal or believed.proposal,
        opinions=opinions,
        notes=notes,
    )


def open_causes(incident: Incident, rule: Assessment) -> frozenset[str]:
    """What a model may choose: all that its source could have told of; where the rules name a reason, that or another
    one that the incident's own evidence names."""
    possible = frozenset(CAUSES) if not _is_kernels(incident) else KERNEL_CAUSES
    if rule.cause is None or is_symptom(rule.cause.id):
        return possible
    causes = {trigger.cause for trigger in incident.triggers if not is_symptom(trigger.cause)}
    return frozenset({rule.cause.id, *causes})


def _is_kernels(incident: Incident) -> bool:
    """Whether nobody but the kernel spoke: it knows nothing of programs' settings."""
    events = [event for trigger in incident.triggers for event in trigger.events]
    return bool(events) and all(event.source == "journal" and event.subject == "kernel" for event in events)


def _believed(rule: Assessment, others: tuple[Assessment, ...], possible: frozenset[str]) -> Assessment:
    if is_proven(rule):
        return rule
    named = [supported(other) for other in others if other.cause is not None and other.cause.id != "other"]
    named = [other for other in named if other.cause is not None and other.cause.id in possible]
    candidates = [other for other in reversed(named) if other.confidence > UNSUPPORTED]
    if not candidates:
        return rule
    first = candidates[0]
    if rule.cause is not None and first.cause is not None and rule.cause.id == first.cause.id:
        return replace(
            first, cause=replace(rule.cause, text=first.cause.text if first.by == "meta" else rule.cause.text)
        )
    return first if first.confidence >= rule.confidence or rule.cause is None else rule


def _confidence(believed: Assessment, others: tuple[Assessment, ...], rule: Assessment) -> float:
    confidence = believed.confidence
    if is_proven(believed):
        return confidence
    confidence += AGREED if believed.by != "rule" and _same(believed, rule) else 0.0
    for other in others:
        if other.by == believed.by or other.cause is None:
            continue
        if not _same(believed, other):
            confidence -= DOUBTED * supported(other).confidence
        elif believed.by == "rule":
            confidence += AGREED
    return round(min(max(confidence, 0.05), 0.99), 2)


def _doubts(believed: Assessment, others: tuple[Assessment, ...]) -> tuple[str, ...]:
    against = [other for other in others if other.by != believed.by and other.cause and not _same(believed, other)]
    return tuple(
        f"the {other.by} model thinks of another cause: {CAUSES[other.cause.id]} ({other.cause.id}); {LOOK_AT_IT}"
        for other in against
        if other.cause is not None
    )


def _opinion(assessment: Assessment) -> Opinion:
    cause = assessment.cause.id if assessment.cause else "no cause"
    cited = ", ".join(assessment.evidence) or "no evidence"
    wish = ", look closer" if assessment.next == "escalate" else ""
    return Opinion(by=assessment.by, says=f"{cause}, confidence {assessment.confidence:.2f}, from {cited}{wish}")


def _same(one: Assessment, other: Assessment) -> bool:
    return one.cause is not None and other.cause is not None and one.cause.id == other.cause.id
