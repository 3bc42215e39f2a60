"""Whether the words of a question bear a topic: a classifier always has a likeliest one, for nonsense, too."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from stillwatch.think.talk.concepts import concepts_of
from stillwatch.think.talk.learned import Learned
from stillwatch.think.talk.words import COMMON, COMMON_ANYWHERE, folded, words_of

WORLD: Final = "world"
"""The concept of things that no host has: the sky, a recipe, a wife."""
SHORT: Final = 3
"""So many words may have one that nobody knows, which may be the name of something."""
BRIEF: Final = 9
LONG_ENOUGH: Final = 5
"""A shorter word has a known one near it by mere luck."""
CONCEPT: Final = "#"
_MARK: Final = "<"
_COUNTED: Final = "<number>"
_LETTERS_A_WORD: Final = 2
"""At most, where a script has no spaces."""
_FOREIGN: Final = re.compile(r"[^\W\d_a-z]+")
_BEFORE_A_NAME: Final = frozenset(
    [
        "of",
        "in",
        "on",
        "at",
        "from",
        "my",
        "your",
        "von",
        "vom",
        "in",
        "im",
        "auf",
        "am",
        "bei",
        "mein",
        "meine",
        "meiner",
        "de",
        "du",
        "des",
        "en",
        "dans",
        "sur",
        "mon",
        "ma",
        "sobre",
        "mi",
    ]
)


class Bearing:
    """nearest: the known word that another one is a typing error, a part or an ending of; itself where none is near."""

    def __init__(self, learned: Learned, nearest: Callable[[str], str]) -> None:
        self._of = learned.bears
        self._number = {name: number for number, name in enumerate(learned.topics)}
        self._learned = learned
        self._nearest = nearest

    @cached_property
    def _small(self) -> list[tuple[int, frozenset[str]]]:
        return [(number, frozenset(words.split())) for number, words in self._learned.small]

    def is_heard(self, question: str, words: Sequence[str]) -> bool:
        """Whether enough of it is known to be a question at all. words: as `marked` gives them."""
        runs = _FOREIGN.findall(folded(question))
        foreign = max(len(runs), sum(map(len, runs)) // _LETTERS_A_WORD)
        strange, whole = len(self.strange(words)) + foreign, len(words) + foreign
        if whole == 0 or all(word == _COUNTED for word in words):
            return False
        free = 1 if 1 < whole <= SHORT else 0
        return 2 * (strange - free) < whole - free

    def strange(self, words: Sequence[str]) -> list[str]:
        return [word for word in words if not self._is_known(word)]

    def bears(self, words: Sequence[str], topic: str) -> bool:
        """One of the words at least is asked about that topic; where all are small, they are those of an example."""
        number = self._number[topic]
        telling = [word for word in words if word not in COMMON_ANYWHERE and word != _COUNTED]
        keys = [*map(self._known_as, telling), *(f"{CONCEPT}{name}" for name in concepts_of(telling))]
        if any(number in self._of.get(key, ()) for key in keys):
            return True
        return not telling and any(of == number and _alike(example, set(words)) for of, example in self._small)

    def is_of_the_world(self, words: Sequence[str]) -> bool:
        """A short question about it; a longer one may tell what the asker was doing, too."""
        plain = [word for word in words if not word.startswith(_MARK)]
        return plain == list(words) and len(words) <= BRIEF and WORLD in concepts_of(words)

    def names_a_stranger(self, words: Sequence[str]) -> bool:
        """A word that nobody knows stands where the name of something does: "of elephants", "my sofa"."""
        strange = set(self.strange(words))
        return any(one in _BEFORE_A_NAME and other in strange for one, other in pairwise(words))

    def _is_known(self, word: str) -> bool:
        return (
            word in COMMON_ANYWHERE
            or word.startswith((_MARK, "/"))
            or self._known_as(word) in self._of
            or bool(concepts_of([word]))
        )

    def _known_as(self, word: str) -> str:
        return word if word in self._of or len(word) < LONG_ENOUGH else self._nearest(word)


def is_spoken(question: str) -> bool:
    """Sentences of a language have its small words between the others."""
    words = words_of(question)
    return any(
        (few := sum(word in small for word in words)) >= 2 and 3 * few >= len(words) for small in COMMON.values()
    )


def _alike(example: frozenset[str], words: set[str]) -> bool:
    """One small word says something by itself ("why?"), or nothing ("why not")."""
    return example <= words and (len(example) > 1 or example == words)
