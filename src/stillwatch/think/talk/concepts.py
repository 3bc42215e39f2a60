"""What words mean alike, of concepts.toml: "hogs", "frisst" and "bouffe" are one thing that is asked about."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import combinations
from typing import Final

WEIGHT: Final = 3
"""A concept counts as much as so many pieces of letters; any two of them count as one more."""
_TABLE: Final[dict[str, str]] = tomllib.loads(
    files("stillwatch.think.talk").joinpath("concepts.toml").read_text("utf-8")
)
_WHOLE: Final[defaultdict[str, set[str]]] = defaultdict(set)
_BEGUN: Final[defaultdict[str, set[str]]] = defaultdict(set)
for _name, _words in _TABLE.items():
    for _word in _words.split():
        (_BEGUN[_word[:-1]] if _word.endswith("*") else _WHOLE[_word]).add(_name)


def concepts_of(words: Sequence[str]) -> list[str]:
    """Of all of them, sorted, each once."""
    return sorted({name for word in words for name in _concepts(word)})


def pieces_of(words: Sequence[str]) -> Iterator[str]:
    """What a classifier counts of their concepts."""
    found = concepts_of(words)
    for name in found:
        yield from (f"#{count}{name}" for count in range(WEIGHT))
    yield from (f"#{one}&{other}" for one, other in combinations(found, 2))


def _concepts(word: str) -> Iterator[str]:
    yield from _WHOLE.get(word, ())
    for end in range(2, len(word) + 1):
        yield from _BEGUN.get(word[:end], ())
