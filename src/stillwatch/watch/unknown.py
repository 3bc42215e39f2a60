"""Trouble that no rule knows: never silence, and never a hundred incidents.

Files have no priority, so words and levels in the text decide. What calls itself fatal is a trigger whoever says it; an
error is one only of a program that no rule speaks of, since of the others the rules know which errors matter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from stillwatch.records.event import Event
from stillwatch.records.trigger import UNKNOWN, Severity, Trigger
from stillwatch.watch.novelty import Novel
from stillwatch.watch.rule import Rule

MOST_PROGRAMS: Final = 8
MOST_KINDS: Final = 3
"""Of one program: an incident each, with these as evidence. The report's list has the others."""
ALERT: Final = 2
ERROR: Final = 3

_FATAL = re.compile(
    r"\b(?:fatal|panic(?:ked|king)?(?!=)|corrupt(?:ed|ion)?|(?:un|ir)recoverable|core dumped|data loss|crashed)\b"
    r"|\b(?:giving up|gave up|refus(?:es|ing|ed) to start|unhandled exception)\b|^traceback \(most"
    r"|\b(?:cannot|can't|could not|unable to) (?:start|continue|boot|recover|proceed)\b",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(?:ERROR|ERR|CRITICAL|CRIT|SEVERE|ALERT|EMERG)\b|\[(?:error|crit|alert|emerg)\b|\blevel=error\b"
)


def known_programs(rules: Iterable[Rule]) -> frozenset[str]:
    """The programs that rules speak of, by their own lists and by whose lines their samples are."""
    named = {program for rule in rules for program in rule.programs if not set("*?[") & set(program)}
    samples = {sample.program for rule in rules for sample in (*rule.fires, *rule.silent)}
    return frozenset(name.removesuffix(".service") for name in (*named, *samples) if name)


def ranked(novel: Sequence[Novel]) -> list[Novel]:
    """The gravest words first, then the rarest, then the newest."""
    return sorted(novel, key=lambda one: (-_gravity(one), one.count, -one.last))


def unknown_trouble(
    novel: Sequence[Novel], told: Collection[Trigger], known: Collection[str], host: str
) -> tuple[Trigger, ...]:
    """A low trigger for each of the gravest kinds of lines, a few a program.

    told: what the rules found; a program of which they speak already needs no second voice. known: programs that rules
    speak of at all. host: the one watched.
    """
    spoken = {(trigger.host, trigger.subject) for trigger in told if trigger.severity > Severity.info}
    kinds: dict[tuple[str, str], list[Novel]] = defaultdict(list)
    for one in ranked(novel):
        program = (one.host or host, one.subject)
        if program not in spoken and _is_trouble(one, known):
            kinds[program].append(one)
    worst = list(kinds.items())[:MOST_PROGRAMS]
    return tuple(_trigger(one, at) for (at, _), ones in worst for one in ones[:MOST_KINDS])


def _is_trouble(one: Novel, known: Collection[str]) -> bool:
    gravity = _gravity(one)
    return gravity == 2 or (gravity == 1 and one.subject.removesuffix(".service") not in known)


def _gravity(one: Novel) -> int:
    """2 fatal, 1 an error, 0 words that merely sound like trouble."""
    if _FATAL.search(one.sample) or (one.priority is not None and one.priority <= ALERT):
        return 2
    return 1 if _ERROR.search(one.sample) or one.priority == ERROR else 0


def _trigger(one: Novel, host: str) -> Trigger:
    subject = one.subject or "a program"
    event = Event(host=host, at=one.last, source="log", subject=one.subject, text=one.sample)
    return Trigger(
        rule=UNKNOWN,
        severity=Severity.low,
        summary=f"{subject} reports trouble that no rule knows",
        subject=subject,
        host=host,
        count=one.count,
        first=one.first,
        last=one.last,
        cause="other",
        fields={"template": one.template},
        sample=one.sample,
        events=(event,),
    )
