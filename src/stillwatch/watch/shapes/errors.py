"""The words of errors in other languages, put into the C library's English, which the rules know."""

from __future__ import annotations

import errno
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

ERROR_FILE: Final = Path(__file__).parent / "errors.json"
SPECIAL: Final = re.compile(r"([\\.^$|()\[\]{}*+?])")


class Saying(NamedTuple):
    """pattern: of the foreign words, for the set of all rules; english: what they mean."""

    pattern: str
    english: str


@lru_cache(maxsize=1)
def sayings() -> tuple[Saying, ...]:
    """All that errors.json knows, then the symbols (`ENOSPC`), which some programs write instead of words."""
    table = msgspec.json.decode(ERROR_FILE.read_bytes())["words"]
    sayings = [
        Saying(SPECIAL.sub(r"\\\1", foreign_text), english)
        for english, foreign in table.items()
        for foreign_text in foreign
    ]
    return (*sayings, *(Saying(rf"\b{name}\b", os.strerror(code)) for code, name in sorted(errno.errorcode.items())))


def in_english(raw: bytes, numbers: tuple[int, ...]) -> bytes:
    """The line with these sayings, by their number, in English; the longest first, since some hold others."""
    for saying in sorted((sayings()[number] for number in numbers), key=lambda saying: -len(saying.pattern)):
        english = saying.english.encode()
        found = re.search(saying.pattern.encode(), raw, re.IGNORECASE)
        if found and english.lower() not in raw.lower():
            raw = raw[: found.start()] + english + raw[found.end() :]
    return raw
