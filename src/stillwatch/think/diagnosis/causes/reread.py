"""A failed unit's own words, whatever program said them: the reason they name is looked into like any rule's.

Rules know programs; this knows the C library's words and what makers of programs say alike. Where the journal has no
telling word, the log files that the unit writes itself are asked.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from stillwatch.records.cause import CAUSES, says_why
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import PROVEN, SEEN, TOLD, Case, Finding
from stillwatch.think.diagnosis.causes.facts import last_change, rows, text
from stillwatch.think.diagnosis.causes.spoken import names_in, place_of
from stillwatch.think.diagnosis.causes.words import paths_said
from stillwatch.unit.facts import is_failing, is_written, without_times
from stillwatch.watch.gravity import gist_of, is_failure
from stillwatch.watch.reasons import cause_of_own

Investigator = Callable[[Case], Awaitable[Finding | None]]

OWN_WORDS: Final = "own-words"
"""The rule of a trigger that was made of a unit's own words."""
_REACH: Final = 1.0
"""Hours back that its own log is read where nobody knows when it was started."""
_MOST: Final = 8
_FEW: Final = 3
_LIBRARY: Final = re.compile(r"\b(lib[\w.+-]{1,60}\.so[\w.]*)")
_MODULE: Final = re.compile(r"\b(?:[Nn]o module named|[Cc]annot find module) [\"'`]([\w@/.-]{1,80})[\"'`]")
_PORT: Final = re.compile(r"(?:\bport[ =:]{1,2}|[\d\]*a-z]:)(\d{2,5})(?![\d:.])", re.I)
_COMMAND: Final = re.compile(r"(?:^|: )([\w./-]{1,100}): (?:command )?not found\b")
_ADDRESS: Final = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])")


async def hear(case: Case) -> None:
    """Add what a failed unit wrote to a log of its own when it ran last, where the journal does not say why."""
    unit = case.unit
    if not is_failing(unit) or unit is None or not case.incident.triggers or says_why(cause_of_own(case.reason)):
        return
    began = unit.started_at or unit.exited_at
    hours = min(max((case.now - began) / 3600, 0.001), _REACH) if 0 < began < case.now else _REACH
    found: list[Event] = []
    for row in rows(await case.look("own_log", unit=unit.name, hours=hours), "logs"):
        at, telling = row.get("at"), row.get("telling")
        when = float(at) if isinstance(at, int | float) else case.now
        for line in telling if isinstance(telling, Sequence) else ():
            said = Untrusted(str(line))
            found.append(Event(host=case.incident.host, at=when, source="log", subject=text(row, "path"), text=said))
    found.sort(key=lambda event: not says_why(cause_of_own(event.text)))
    lead, *others = case.incident.triggers
    heard = replace(lead, words=(*lead.words, *found[:_MOST]))
    case.incident = replace(case.incident, triggers=(heard, *others))


async def reread(case: Case, investigators: Mapping[str, Investigator]) -> Finding | None:
    """What a unit's words come to, by the investigator of what they name; else which setting they mean.

    Of one that runs, the words by which the trouble was noticed.
    """
    unit = case.unit
    if unit is None:
        return None
    words = sorted(case.words, key=lambda event: event.text != case.reason) or [
        event for trigger in case.incident.triggers if not trigger.trusted for event in trigger.events
    ]
    before, known, found = case.incident, {trigger.cause for trigger in case.incident.triggers}, list[Finding]()
    for event in words:
        cause = cause_of_own(event.text)
        if cause in known or cause not in CAUSES or not says_why(cause) or len(found) >= _FEW:
            continue
        known.add(cause)
        heard = _trigger(case, unit, event, cause)
        case.incident = replace(before, triggers=(*case.incident.triggers, heard))
        investigate = investigators.get(cause)
        found.append((await investigate(case) if investigate else None) or await _told(case, unit, cause))
    if not any(finding.confidence >= PROVEN for finding in found):
        found += [finding] if (finding := await _taken(case, unit, words, investigators)) else []
    if found:
        return max(found, key=lambda finding: finding.confidence)
    return await _meant_setting(case, unit, [event.text for event in words]) if is_failing(unit) else None


def _trigger(case: Case, unit: UnitState, event: Event, cause: str) -> Trigger:
    """What the unit said, as a rule would have heard it."""
    return Trigger(
        rule=OWN_WORDS,
        severity=Severity.high,
        summary=gist_of(event.text),
        subject=unit.name,
        host=case.incident.host,
        count=1,
        first=event.at,
        last=event.at,
        cause=cause,
        fields=fields_of(event.text),
        sample=event.text,
        events=(event,),
    )


async def _taken(
    case: Case, unit: UnitState, words: Sequence[Event], investigators: Mapping[str, Investigator]
) -> Finding | None:
    """A port in words of failure, where a look shows that somebody else listens there: no word has to say so."""
    before = case.incident
    for event in words:
        if not is_failure(event.text) or not fields_of(event.text).get("port"):
            continue
        heard = _trigger(case, unit, event, "port-in-use")
        case.incident = replace(before, triggers=(*before.triggers, heard))
        finding = await investigators["port-in-use"](case)
        if finding is not None and finding.confidence >= PROVEN:
            return finding
        case.incident = before
    return None


def fields_of(words: str) -> dict[str, str]:
    """What the investigators ask for, as far as the words have it."""
    plain = without_times(words[:2000])
    found = {
        "path": next((path for path in paths_said(plain) if not is_written(path)), ""),
        "library": _first(_LIBRARY, plain),
        "module": _first(_MODULE, plain),
        "port": _first(_PORT, plain),
        "address": _first(_ADDRESS, plain),
        "option": next((name for name in names_in(plain) if name.startswith("-")), ""),
        "command": _first(_COMMAND, plain),
    }
    return {name: value for name, value in found.items() if value}


def _first(pattern: re.Pattern[str], words: str) -> str:
    found = pattern.search(words)
    return found[1] if found else ""


async def _told(case: Case, unit: UnitState, cause: str) -> Finding:
    """As the words tell it, with the line of the settings that has the thing they speak of."""
    trigger = case.triggers(cause)[0]
    place = await place_of(case, unit, [trigger.sample])
    sentence = f"{unit.name}: {CAUSES[cause]}"
    culprit = trigger.fields.get("address", "") or trigger.fields.get("path", "")
    if place is None:
        sentence += case.last_statement(cause)
        return case.finding(cause, culprit or unit.name, sentence, case.cite(cause), confidence=TOLD)
    looked = await case.cite_look("own_settings", str(place), unit=unit.name, words=place.word)
    changed, when = await last_change(case, place.path)
    sentence += f"; {place}{f'; {changed}' if changed else ''}{case.last_statement(cause)}"
    return case.finding(cause, culprit or place.path, sentence, case.cite(cause), looked, when, confidence=SEEN)


async def _meant_setting(case: Case, unit: UnitState, said: Sequence[str]) -> Finding | None:
    """No word names a reason, but one of them stands in a file in which people set what the unit does."""
    place = await place_of(case, unit, said)
    if place is None or place.is_plain:
        return None
    looked = await case.cite_look("own_settings", str(place), unit=unit.name, words=place.word)
    changed, when = await last_change(case, place.path)
    quoted = next((words for words in said if place.word in words), "")
    sentence = f"{unit.name} ended over {place.word}, which stands in {place.path}, line {place.line}"
    sentence += f'{f"; {changed}" if changed else ""}; it said: "{gist_of(quoted)}"'
    cited = case.cite_words()[:2] or case.cite()[:2]
    return case.finding("bad-config", place.path, sentence, cited, looked, when, confidence=SEEN)
