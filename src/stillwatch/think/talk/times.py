"""Spans of time that a question names: "last night", "seit gestern", "les 3 dernières heures", "esta semana"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from stillwatch.think.talk.words import folded

HOUR, DAY = 3600.0, 86_400.0
_LENGTHS: Final = (
    (60.0, r"min(?:ute)?n?s?|minutos?"),
    (HOUR, r"h|hours?|stunden?|heures?|horas?"),
    (DAY, r"d|days?|tag(?:en?)?|jours?|dias?"),
    (7 * DAY, r"weeks?|wochen?|semaines?|semanas?"),
    (30 * DAY, r"months?|monat(?:en?)?|mois|mes(?:es)?"),
)
_NUMBERS: Final = {
    word: number
    for number, words in enumerate(
        (
            "a an one ein eine einen einer einem un une una",
            "two couple zwei deux dos par",
            "three few drei paar trois quelques tres unos unas",
            "four vier quatre cuatro",
            "five funf cinq cinco",
            "six sechs seis",
            "seven sieben sept siete",
            "eight acht huit ocho",
            "nine neun neuf nueve",
            "ten zehn dix diez",
        ),
        1,
    )
    for word in words.split()
}
"""Folded; "a few" and its like are taken for three."""
_COUNTED: Final = [
    (
        length,
        re.compile(
            rf"\b(?P<digits>\d{{1,3}}) ?(?:letzten? |dernier[ea]?s? )?(?:{words})\b"
            rf"|\b(?P<word>{'|'.join(_NUMBERS)}) (?:of |de )?(?:letzten? |dernier[ea]?s? |ultim[oa]s? )?(?:(?!\w\b)(?:{words}))\b"
        ),
    )
    for length, words in _LENGTHS
]
_PLAIN: Final = (
    ("night", r"last night|overnight|during the night|tonight|letzte[rn]? nacht|in der nacht|ueber nacht|uber nacht|heute nacht"
     r"|nachts|la nuit derniere|cette nuit|pendant la nuit|anoche|esta noche|durante la noche|la noche pasada"),
    ("yesterday", r"yesterday|gestern|hier(?! im| auf| los| an| am)|ayer"),
    ("today", r"today|midnight|mitternacht|minuit|medianoche|this morning|heute|seit heute|aujourd.?hui|ce matin|hoy|esta manana"),
    ("week", r"(?:this|last|past) week|weekend|diese[rn]? woche|letzte[rn]? woche|wochenende|(?:cette|la) semaine|semaine derniere"
     r"|esta semana|(?:la )?semana pasada|ultima semana"),
    ("month", r"(?:this|last|past) month|diese[nsm]* monat|letzte[nm]* monat|ce mois|mois dernier|este mes|mes pasado"),
    ("hour", r"(?:last|past|this) hour|letzte[rn]? stunde|derniere heure|ultima hora"),
    ("recently", r"recent(?:ly)?|lately|kuerzlich|kurzlich|neulich|zuletzt|in letzter zeit|recemment|ultimamente|recientemente"),
)  # fmt: skip
_NAMED: Final = [(name, re.compile(rf"\b(?:{words})\b")) for name, words in _PLAIN]

_TIME: Final = r"(?P<hour{0}>[01]?\d|2[0-3])(?:[:h.](?P<minute{0}>[0-5]\d))? ?(?P<half{0}>[ap]\.?m\.?)?"
_AT: Final = re.compile(
    r"\b(?:at|around|about|near|um|gegen|vers|(?<!y )a|(?P<las>(?:a|sobre|hacia) las)) (?:about |around |etwa |ungefahr )?"
    + _TIME.format(1)
    + r"(?P<said> ?(?:o.?clock|uhr|heures?|h|horas?)\b)?"
)
_BETWEEN: Final = re.compile(
    r"\b(?:between|from|zwischen|von|entre(?: las)?|de) "
    + _TIME.format(1)
    + r"(?: ?(?:uhr|heures?|h|horas?))? (?:and|to|until|till|und|bis|et|a|y(?: las)?) "
    + _TIME.format(2)
    + r"(?P<said> ?(?:o.?clock|uhr|heures?|h|horas?)\b)?"
)
_DAY_BEFORE: Final = re.compile(r"\b(?:yesterday|gestern|hier|ayer)\b")
AROUND: Final = HOUR / 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """since, until: wall seconds; now: when it was asked."""

    since: float
    until: float
    now: float

    @property
    def hours(self) -> float:
        """How far it reaches back."""
        return (self.now - self.since) / HOUR


def span_in(question: str, now: float) -> Span | None:
    """The first span that it names, reckoned by the host's clock."""
    text = folded(question)
    if around := _clock_times(text, now):
        return around
    for length, shape in _COUNTED:
        if found := shape.search(text):
            count = int(found["digits"]) if found["digits"] else _NUMBERS[found["word"]]
            return Span(since=now - max(count, 1) * length, until=now, now=now)
    name = next((name for name, shape in _NAMED if shape.search(text)), "")
    return _named(name, now) if name else None


def _named(name: str, now: float) -> Span:
    here = datetime.fromtimestamp(now, tz=UTC).astimezone()
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    if name == "night":
        morning = midnight.replace(hour=8)
        return Span(since=(midnight - timedelta(hours=4)).timestamp(), until=min(now, morning.timestamp()), now=now)
    if name == "yesterday":
        return Span(since=(midnight - timedelta(days=1)).timestamp(), until=now, now=now)
    if name == "today":
        return Span(since=midnight.timestamp(), until=now, now=now)
    length = {"week": 7 * DAY, "month": 30 * DAY, "hour": HOUR, "recently": 2 * DAY}[name]
    return Span(since=now - length, until=now, now=now)


def _clock_times(text: str, now: float) -> Span | None:
    """ "at 3 am", "gegen 15:30", "entre 2 et 4 heures": the last time that it was so late; a bare number is no time."""
    if (found := _BETWEEN.search(text)) and _is_time(found, 1, 2):
        first = _moment(found, 1, text, now)
        length = (_moment(found, 2, text, now) - first) % DAY
        return Span(since=first, until=min(first + length, now), now=now)
    if (found := _AT.search(text)) and _is_time(found, 1):
        at = _moment(found, 1, text, now)
        return Span(since=at - AROUND, until=min(at + AROUND, now), now=now)
    return None


def _is_time(found: re.Match[str], *numbers: int) -> bool:
    if found["said"] or ("las" in found.groupdict() and found["las"]):
        return True
    return any(found[f"minute{one}"] or found[f"half{one}"] for one in numbers)


def _moment(found: re.Match[str], number: int, text: str, now: float) -> float:
    """When the clock of the host showed it last, or yesterday."""
    hour, minute = int(found[f"hour{number}"]), int(found[f"minute{number}"] or 0)
    half = (found[f"half{number}"] or (found["half2"] if "half2" in found.groupdict() else "") or "")[:1]
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    here = datetime.fromtimestamp(now, tz=UTC).astimezone()
    at = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if _DAY_BEFORE.search(text):
        return (at - timedelta(days=1)).timestamp()
    return (at if at <= here else at - timedelta(days=1)).timestamp()
