"""The diagnosis that needs no model: looks at what the system shows, and says so in fixed words."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from stillwatch.ports import LookTools
from stillwatch.records.assessment import Assessment
from stillwatch.records.cause import is_symptom, says_why
from stillwatch.records.incident import Incident
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes import INVESTIGATORS, PROBES, Investigator
from stillwatch.think.diagnosis.causes.case import PROVEN, SEEN, TOLD, Case, Finding
from stillwatch.think.diagnosis.causes.config import said_line
from stillwatch.think.diagnosis.causes.connection import dependency
from stillwatch.think.diagnosis.causes.deeds import with_deeds
from stillwatch.think.diagnosis.causes.failing import plain, symptom
from stillwatch.think.diagnosis.causes.places import shut_place
from stillwatch.think.diagnosis.causes.reread import hear, reread
from stillwatch.think.diagnosis.causes.words import said_path

_OF_FILES = frozenset(("bad-config", "data-damaged"))
"""Causes that say what stands wrong in a file."""


async def diagnose(
    incident: Incident,
    looks: LookTools | None,
    units: Mapping[str, UnitState],
    *,
    deadline: float = 5.0,
    now: float = 0.0,
    owner_notes: Sequence[str] = (),
    troubled: Collection[str] = (),
) -> tuple[Incident, Assessment]:
    """The incident with its evidence, and what rules and looks make of it.

    deadline: seconds for all looks together; when it passes, the triggers alone speak. looks None (logs of another
    host): the same. A cause that the system itself shows has a confidence of 0.9 or more, mere text 0.6 or less.
    """
    case = Case(
        incident=incident, units=units, looks=looks, evidence=list(incident.evidence), now=now, notes=owner_notes
    )
    case.troubled = troubled
    case.cite_in_order()
    notes: tuple[str, ...] = ()
    finding: Finding | None = None
    try:
        async with asyncio.timeout(deadline):
            finding = await investigate(case)
            finding = await with_deeds(case, finding)
    except TimeoutError:
        case.looks = None
        finding = finding or await investigate(case)
        notes = ("Looking at the host took too long; this rests on what was seen until then.",)
    assessment = _assess(finding, (*_said(incident, finding), *notes))
    return replace(incident, evidence=tuple(case.evidence)), assessment


def _said(incident: Incident, finding: Finding) -> tuple[str, ...]:
    """What the rule of the leading trigger tells people to do, where the finding is of its cause."""
    lead = incident.triggers[0] if incident.triggers else None
    return (lead.say,) if lead and lead.say and lead.cause == finding.cause.id else ()


async def investigate(case: Case) -> Finding:
    """The first proven finding in the order of the triggers; else the surest; else the symptom."""
    if _is_unconfirmed(case):
        return _unconfirmed(case)
    await hear(case)
    causes = list(dict.fromkeys(trigger.cause for trigger in case.incident.triggers))
    findings: list[Finding] = []
    for cause in causes:
        finding = await _investigator(cause, causes[0])(case)
        if finding is not None and finding.confidence >= PROVEN:
            return finding
        findings += [finding] if finding is not None else []
    if case.unit is not None and case.unit.active_state != "active":
        findings = await _of_one_that_ended(case, case.unit, findings)
    running = case.unit is not None and case.unit.active_state == "active"
    if not findings and running and all(is_symptom(cause) for cause in causes):
        return (
            await dependency(case) or await said_path(case) or await reread(case, INVESTIGATORS) or await symptom(case)
        )
    return max(findings, key=lambda finding: finding.confidence) if findings else await symptom(case)


async def _of_one_that_ended(case: Case, unit: UnitState, findings: Sequence[Finding]) -> list[Finding]:
    """What the system shows with no rule's word, then what its own words come to, then where it may not go."""
    for probe in PROBES:
        finding = await probe(case)
        if finding is not None and finding.confidence >= PROVEN:
            return [finding]
    found = list(findings)
    if not any(_names_a_culprit(finding, unit) for finding in findings):
        if said := await said_path(case):
            return [said]
        found += [reason] if (reason := await reread(case, INVESTIGATORS)) else []
    open_still = all(finding.confidence < PROVEN and finding.cause.id not in _OF_FILES for finding in found)
    if open_still and (line := await said_line(case)):
        return [line]
    if not any(says_why(finding.cause.id) for finding in found):
        found += [shut] if (shut := await shut_place(case)) else []
    return found


def _names_a_culprit(finding: Finding, unit: UnitState) -> bool:
    """Whether it says why, and more than that the unit itself is at fault."""
    return says_why(finding.cause.id) and finding.cause.object not in (unit.name, *unit.names)


def _investigator(cause: str, leading: str) -> Investigator:
    """The cause's own; what leads and has none is told as its rule tells it."""
    return INVESTIGATORS.get(cause) or (plain if cause == leading and not is_symptom(cause) else nothing)


async def nothing(case: Case) -> Finding | None:
    """A cause that only follows from others is not looked into."""
    return None


def _is_unconfirmed(case: Case) -> bool:
    """Hearsay and planted instructions: nothing is looked up and nothing proposed because of them."""
    kind = case.incident.key.split("/")[1:2]
    return kind in (["hearsay"], ["prompt-injection"])


def _unconfirmed(case: Case) -> Finding:
    writer = case.incident.subject or "somebody"
    if case.triggers("prompt-injection"):
        sentence = f"{writer} wrote a line with instructions for a language model; they were not followed"
        return case.finding("prompt-injection", writer, sentence, case.cite(), confidence=TOLD)
    sentence = f"{writer} wrote of a fault that the system itself does not show"
    return case.finding("other", writer, sentence, case.cite(), confidence=0.2)


def _assess(finding: Finding, notes: tuple[str, ...]) -> Assessment:
    proven = finding.confidence >= PROVEN
    return Assessment(
        by="rule",
        cause=finding.cause,
        evidence=finding.evidence,
        confidence=finding.confidence,
        next="act" if finding.proposal and proven else "tell" if proven else "escalate",
        proposal=finding.proposal if finding.confidence >= SEEN else None,
        notes=(*finding.notes, *notes),
        over=finding.over,
        meant=finding.meant,
    )
