"""Lines that no rule knows: the trigger tier says whether one sounds serious, the review tier whether it is a fault.

Both must agree before an incident opens, and it opens low: a small model's taste alone must not wake anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stillwatch.ports import ChatModel, Clock
from stillwatch.records.cause import CAUSES
from stillwatch.records.chat import Failure, Tier
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.think.diagnosis.review import review
from stillwatch.think.diagnosis.trigger import urgency_of_line
from stillwatch.untrusted.for_model import filled, harmless, new_nonce
from stillwatch.watch.novelty import Novel

MOST_LINES = 4
WAITING = 64
JUDGE_SECONDS = 60.0
GRAVE = 3
"""Only lines that their sender called errors (syslog priority 3 or worse)."""


class UnknownLines:
    """A daemon's lines that no rule knows, until there are models to ask about them. Only the gravest WAITING wait."""

    def __init__(self) -> None:
        self._lines: list[Novel] = []

    def hear(self, novel: Sequence[Novel]) -> None:
        grave = [line for line in novel if _is_grave(line)]
        if grave:
            self._lines = sorted([*self._lines, *grave], key=lambda line: line.priority or 0)[:WAITING]

    async def judge(
        self, known: Sequence[Incident], models: Mapping[Tier, ChatModel], *, host: str, clock: Clock
    ) -> list[Trigger]:
        """Triggers for the faults among the next MOST_LINES. Without both tiers the lines go on waiting."""
        if not self._lines or not {"trigger", "review"} <= set(models):
            return []
        lines, self._lines = self._lines[:MOST_LINES], self._lines[MOST_LINES:]
        return await faults_among(lines, known, models, host=host, clock=clock, seconds=JUDGE_SECONDS)


async def faults_among(
    novel: Sequence[Novel],
    known: Sequence[Incident],
    models: Mapping[Tier, ChatModel],
    *,
    host: str,
    clock: Clock,
    seconds: float,
) -> list[Trigger]:
    """Triggers for the lines that both tiers take for a fault; none without both. seconds: for all of them."""
    small, second = models.get("trigger"), models.get("review")
    if small is None or second is None:
        return []
    ends = clock.boot() + seconds
    about = {subject for incident in known for subject in (incident.subject, *_subjects(incident))}
    found = []
    for line in [one for one in novel if _is_grave(one) and one.subject not in about][:MOST_LINES]:
        left = ends - clock.boot()
        if left <= 0:
            break
        trigger = await _judge(line, small, second, line.host or host, left)
        found += [trigger] if trigger else []
    return found


async def _judge(line: Novel, small: ChatModel, second: ChatModel, host: str, seconds: float) -> Trigger | None:
    nonce = new_nonce()
    shown = filled("{subject}: {sample}", subject=harmless(line.subject), sample=harmless(line.sample))
    if await urgency_of_line(small, shown, nonce, seconds) != "serious":
        return None
    assessment = await review(second, _as_incident(line, host), nonce, seconds)
    if isinstance(assessment, Failure) or assessment.cause is None or not assessment.evidence:
        return None
    if assessment.cause.id == "other" or assessment.confidence < 0.8:
        return None
    return Trigger(
        rule="novel-line",
        severity=Severity.low,
        summary=f"{line.subject or 'a program'} says something new: {CAUSES[assessment.cause.id]}",
        subject=line.subject,
        host=host,
        count=line.count,
        first=line.first,
        last=line.last,
        cause=assessment.cause.id,
        sample=line.sample,
    )


def _as_incident(line: Novel, host: str) -> Incident:
    evidence = Evidence(
        id="E1", incident="", kind="journal", source=line.subject, at=line.last, text=Untrusted(line.sample)
    )
    return Incident(
        id="",
        key="",
        state="open",
        severity=Severity.low,
        summary=f"{line.subject} says something that no rule knows",
        subject=line.subject,
        host=host,
        opened=line.first,
        updated=line.last,
        evidence=(evidence,),
    )


def _is_grave(line: Novel) -> bool:
    return line.priority is not None and line.priority <= GRAVE


def _subjects(incident: Incident) -> list[str]:
    return [trigger.subject for trigger in incident.triggers]
