"""Where a unit's own words stand in its settings: the file and line that they speak of, without knowing the program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import Case
from stillwatch.think.diagnosis.causes.facts import number, rows, text
from stillwatch.unit.facts import without_times

_LONGEST: Final = 2000
_ASKED: Final = 600
_QUOTED: Final = re.compile(r"[\"'`‘“]([^\s\"'`’”]{3,80})[\"'`’”]")
_NAME: Final = re.compile(
    r"(?<![\w./:@-])(--?[A-Za-z][\w.-]{1,60}|[A-Za-z]\w{0,40}(?:[_.-]\w{1,40}){1,6}|\d{1,3}(?:\.\d{1,3}){3}(?::\d{2,5})?)"
)
_WORD: Final = re.compile(r"(?<![\w./:@-])[A-Za-z][A-Za-z0-9]{3,40}(?![\w./-])")
_EVERYDAY: Final = frozenset(("error", "failed", "fatal", "unable", "warning", "could", "cannot", "config", "file"))


class Place(NamedTuple):
    """word: that stands in this line of the file."""

    path: str
    line: int
    word: str

    @property
    def is_plain(self) -> bool:
        """Whether it is a word like any other, which may stand there by chance."""
        return self.word.isalpha()

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}, has {self.word}"


def names_in(words: str) -> list[str]:
    """What settings may have: what is quoted first, then what no everyday word looks like, then the rest."""
    plain = without_times(words[:_LONGEST])
    found = [*_QUOTED.findall(plain), *_NAME.findall(plain)]
    found += [word for word in _WORD.findall(plain) if word.lower() not in _EVERYDAY]
    return [word for word in dict.fromkeys(word.strip(".,:;") for word in found) if not word.startswith("/")]


async def place_of(case: Case, unit: UnitState, said: Sequence[str]) -> Place | None:
    """Of the unit's settings, that its words speak of; None where none has one.

    What stands in few lines tells most; of two files the one that was changed last is more likely meant. An everyday
    word counts only where it stands once.
    """
    own = {unit.name, unit.name.partition(".")[0], *(PurePosixPath(path).name for path in unit.exec_start[:1])}
    names = list(dict.fromkeys(name for words in said for name in names_in(words) if name not in own))
    seen = await case.look("own_settings", unit=unit.name, words=" ".join(names)[:_ASKED]) if names else {}
    changed = {text(row, "path"): row.get("changed") for row in rows(seen, "files")}
    places = [Place(text(row, "path"), number(row, "line"), text(row, "word")) for row in rows(seen, "found")]

    def worth(place: Place) -> tuple[bool, int, int, float]:
        at = changed.get(place.path)
        often = sum(place.word == other.word for other in places)
        return place.is_plain, often, names.index(place.word), -float(at) if isinstance(at, int | float) else 0.0

    best = min(places, key=worth, default=None)
    return best if best and (not best.is_plain or worth(best)[1] == 1) else None
