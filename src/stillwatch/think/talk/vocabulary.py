"""Words that the examples of questions use, and the language of those that only one language has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from stillwatch.think.talk.named import one_error
from stillwatch.think.talk.words import COMMON_ANYWHERE, Language

REMEMBERED: Final = 5_000
EDGE: Final = 2
"""So many letters at one end of a mistyped word are right."""
LONG: Final = 5


class Vocabulary:
    """words: each with its one language, "" where several have it."""

    def __init__(self, words: Mapping[str, Language | Literal[""]]) -> None:
        self._words = words
        self._nearby: dict[str, str] = {}
        self._by_edge: dict[str, list[str]] = defaultdict(list)
        self._by_head: dict[str, list[str]] = defaultdict(list)
        for word in words:
            if len(word) > EDGE + 1:
                self._by_edge[f"{word[:EDGE]}-"].append(word)
                self._by_edge[f"-{word[-EDGE:]}"].append(word)
            if len(word) >= LONG:
                self._by_head[word[:LONG]].append(word)

    def knows(self, word: str) -> bool:
        """Whether it, or a word near it, stands in an example."""
        return word in self._words or self.nearest(word) != word

    def tongue(self, word: str) -> Language | None:
        """The one language whose examples have the word, or one near it."""
        return self._words.get(word) or self._words.get(self.nearest(word)) or None

    def nearest(self, word: str) -> str:
        """The same but for one typing error, a part of a compound, the same beginning; itself where nothing is near."""
        if word not in self._nearby:
            if len(self._nearby) > REMEMBERED:
                self._nearby.clear()
            self._nearby[word] = self._find_near(word)
        return self._nearby[word]

    def _find_near(self, word: str) -> str:
        if len(word) < 4 or word in COMMON_ANYWHERE:
            return word
        for near in (self._mistyped(word), self._part(word), self._same_beginning(word)):
            if near:
                return max(near, key=lambda known: (len(known) if known in word else 0, known))
        return word

    def _mistyped(self, word: str) -> list[str]:
        edges = (f"{word[:EDGE]}-", f"-{word[-EDGE:]}")
        return [
            known
            for edge in edges
            for known in self._by_edge.get(edge, ())
            if abs(len(known) - len(word)) <= 1 and one_error(word, known)
        ]

    def _part(self, word: str) -> list[str]:
        """Known words within it, and longer ones that begin with it."""
        inside = [
            word[start:end]
            for start in range(len(word) - LONG + 1)
            for end in range(start + LONG, len(word) + 1)
            if word[start:end] in self._words
        ]
        return [*inside, *self._beginning(word, word)]

    def _same_beginning(self, word: str) -> list[str]:
        return list(self._beginning(word, word[: max(LONG, len(word) - 3)])) if len(word) > LONG else []

    def _beginning(self, word: str, stem: str) -> Iterable[str]:
        return (known for known in self._by_head.get(word[:LONG], ()) if known.startswith(stem))
