"""What "it" stands for in an order: the one service that the question before named, and nothing that is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from stillwatch.records.unit import UnitState
from stillwatch.think.talk.named import units_in
from stillwatch.think.talk.words import words_of

PRONOUNS: Final = frozenset(("it", "him", "ihn", "sie", "es", "das", "le", "la", "lo", "cela", "ca", "eso"))
LONGEST_OF_IT: Final = 5


def spelled_out(message: str, before: str, units: Mapping[str, UnitState]) -> str:
    """An order with the one service that the question before named in the place of "it" ("restart it"); the message
    itself where that is not clear."""
    message = re.sub(r"(?<=\w)-(?=(?:le|la|lo|les)\b)", " ", message)  # "redémarre-le"
    words = words_of(message)
    place = next((number for number, word in enumerate(words) if word in PRONOUNS), None)
    if place is None or len(words) > LONGEST_OF_IT or units_in(words, units):
        return message
    services = [name for name in units_in(words_of(before), units) if name.endswith(".service")]
    return " ".join([*words[:place], services[0], *words[place + 1 :]]) if len(services) == 1 else message
