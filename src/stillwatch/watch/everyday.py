"""Whether a line is like one that the families call ordinary: what is said every day on a host that is well."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

ALIKE: Final = 0.6
"""Of all words of both, so many are the same."""
HOLDS: Final = 0.8
"""Or the line has so many of the words of the ordinary one, if that has enough of them."""
ENOUGH: Final = 4
_WORD = re.compile(r"[a-z][a-z']+")
_ERRORS = re.compile(
    r"\b(?:no such file or directory|no space left on device|(?:permission|access) denied|not a directory"
    r"|connection (?:refused|timed out|reset by peer)|operation not (?:permitted|supported)|input/output error"
    r"|invalid argument)\b"
)
"""What the C library says of an error (strerror(3)) is one word: two lines are not alike because both end so."""
_NAMES = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|(?<![\w.])/[^\s:,\"']+|\"[^\"]{1,80}\"")
_LEVELS: Final = frozenset(
    ("error", "err", "warn", "warning", "info", "debug", "level", "msg", "time", "critical", "crit")
)


class Everyday:
    """The ordinary lines by their words; names, paths and numbers do not count."""

    def __init__(self, lines: Iterable[str]) -> None:
        kinds = {frozenset(words_of(line)) for line in lines}
        self._kinds = tuple(kind for kind in kinds if len(kind) > 1)

    def knows(self, text: str) -> bool:
        words = words_of(text)
        return any(_alike(words, kind) for kind in self._kinds)


def words_of(text: str) -> frozenset[str]:
    lowered = _ERRORS.sub(lambda found: re.sub("[ /]", "", found[0]), text.lower())
    return frozenset(_WORD.findall(_NAMES.sub(" ", lowered))) - _LEVELS


def _alike(words: frozenset[str], kind: frozenset[str]) -> bool:
    same = len(words & kind)
    return same >= ALIKE * len(words | kind) or (len(kind) >= ENOUGH and same >= HOLDS * len(kind))
