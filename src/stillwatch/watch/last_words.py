"""What a unit's own programs said just before PID 1 said that it ended: that alone explains most failures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from stillwatch.records.cause import says_why
from stillwatch.records.line import Line
from stillwatch.unit.programs import LAST_WORDS_OF_A_STRANGER, NOBODYS, has_own_service, is_script, speaks_for
from stillwatch.watch.mask import mask, template
from stillwatch.watch.places import refused_place
from stillwatch.watch.prefilter import TROUBLE
from stillwatch.watch.reasons import cause_of

REACH_SECONDS: Final = 90.0
"""How far back words may lie: the time that systemd gives a unit to start (DefaultTimeoutStartSec=)."""
REACH_LINES: Final = 400
MOST: Final = 4
CONSIDERED: Final = 60
NEIGHBOUR_SECONDS: Final = 5.0
ERROR: Final = 3
WARNING: Final = 4

_GRAVE = re.compile(
    rb"\b(?:fatal|panic|emerg|crit(?:ical)?|\w{0,40}(?:error|exception)|err|traceback|can(?:no|')t|could(?:n't| not)"
    rb"|unable)\b",
    re.I,
)
_TROUBLE = re.compile(TROUBLE.encode(), re.I)
_MERE = re.compile(
    rb"\b(?:level|lvl)=\"?(?i:warn|info|debug|trace|notice)|\"level\": ?\"(?i:warn|info|debug|trace|notice)"
    rb"|[\[<](?i:warn(?:ing)?|info|debug|trace|notice)[\]>]|\b(?:WARN(?:ING)?|INFO|DEBUG|TRACE|NOTICE)\b",
)
"""The program itself calls it less than an error, in whatever form it writes its lines."""
_HEAD: Final = 160
_DETAIL = re.compile(rb"^\W*+(?:[A-Z-]{1,24}\W*+)?(detail|hint|caused by|reason|because|did you mean)\b", re.I)
_FRAME = re.compile(
    rb"^\s*(?:Traceback \(most recent|at \S+\(|File \"|#\d+ |\S+\.go:\d+(?: \+0x[0-9a-f]+)?\s*$|goroutine \d+"
    rb"|\.{3} \d+ more|\^+\s*$)|^\W*$"
)


def last_words(ended: Line, unit: str, earlier: Iterable[Line]) -> tuple[Line, ...]:
    """At most MOST lines, in the order in which they were said, of those that tell most.

    ended: PID 1's line about the unit; earlier: the lines before it, the newest first.
    """
    near = []
    for number, line in enumerate(earlier):
        if number >= REACH_LINES or line.at < ended.at - REACH_SECONDS:
            break
        if line.host == ended.host and line.raw.strip():
            near.append(line)
    own = [line for line in near if not line.trusted and speaks_for(line.subject, unit)][:CONSIDERED]
    return telling(own or _neighbour(ended, unit, near))


def _neighbour(ended: Line, unit: str, near: Iterable[Line]) -> list[Line]:
    """In log text, the one program that spoke right before, whatever its name: a unit's script is often called else.

    A server that everybody knows speaks for its own service alone.
    """
    if ended.source != "log":
        return []
    found: list[Line] = []
    for line in near:
        if line.at < ended.at - NEIGHBOUR_SECONDS or (found and line.subject not in (*NOBODYS, found[0].subject)):
            break
        if line.subject not in NOBODYS and not line.trusted:
            found.append(line)
    if not found or has_own_service(found[0].subject, unit):
        return []
    late = found[0].at < ended.at - LAST_WORDS_OF_A_STRANGER and not is_script(found[0].subject)
    return [] if late else found


def telling(newest_first: list[Line]) -> tuple[Line, ...]:
    """Repeats count once, the frames of a trace not at all; the gravest words win: the first, which say why, and the
    last, which say what came of it."""
    kinds: Counter[bytes] = Counter()
    weighed: list[tuple[int, int, Line]] = []
    newest_first = _without_mere_warnings(newest_first)
    for age, line in enumerate(newest_first):
        kind = template(mask(line.raw))
        kinds[kind] += 1
        if kinds[kind] == 1 and not _FRAME.search(line.raw):
            weighed.append((_weight(line), -age, line))
    ranked = sorted(weighed, key=lambda entry: entry[:2], reverse=True)
    alike = [entry for entry in ranked if entry[0] == ranked[0][0]]
    first = alike[-(MOST // 2) :] if len(alike) > MOST else []
    best = [*ranked[: MOST - len(first)], *first]
    return tuple(line for _, _, line in sorted(best, key=lambda entry: entry[1]))


def _without_mere_warnings(lines: list[Line]) -> list[Line]:
    """In log text a program states itself how bad a line is: what it only warns of is no reason beside an error."""
    stated = [line.priority if line.source == "log" else None for line in lines]
    if not any(priority is not None and priority <= ERROR for priority in stated):
        return lines
    return [line for line, priority in zip(lines, stated, strict=True) if priority != WARNING]


def _weight(line: Line) -> int:
    return _gravity(line.raw, line.priority)


def _gravity(raw: bytes, priority: int | None) -> int:
    if _MERE.search(raw[:_HEAD]):
        return 1
    if _GRAVE.search(raw) or (priority is not None and priority <= 3) or _refuses_settings(raw):
        return 3
    if _DETAIL.search(raw):
        return 2
    return 1 if _TROUBLE.search(raw) or (priority is not None and priority <= 4) else 0


def _refuses_settings(raw: bytes) -> bool:
    return b"/etc/" in raw and refused_place(raw.decode("utf-8", "replace")) is not None


def reason(words: Sequence[str]) -> str:
    """The line that most likely says why: of grave ones the first that names a cause, else the first, since the others
    follow from it; else the last."""
    gravities = [_gravity(text.encode(), None) for text in words]
    if not words:
        return ""
    worst = max(gravities)
    alike = [text for text, gravity in zip(words, gravities, strict=True) if gravity == worst]
    if worst > 1:
        return next((text for text in alike if says_why(cause_of(text))), alike[0])
    return next((text for text in words if says_why(cause_of(text))), alike[-1])


Earlier = Callable[[], Iterable[Line]]
"""The lines before the one at hand, the newest first."""
