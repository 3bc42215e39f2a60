"""Which topic a question is about, by its letters alone: no model, no network, the same answer each time.

A linear classifier (multinomial logistic regression) over the pieces of 2 to 5 letters of each word, so that typing
errors, endings and German compounds matter little, and over what the words mean (concepts.toml). What names something on this host counts as <unit>, <path>, <number>
and so on. `scripts/train-router` makes its weights, router.bin, from the examples of the topics and of
evals/questions/examples.tsv.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from stillwatch.think.talk.bearing import Bearing
from stillwatch.think.talk.concepts import pieces_of
from stillwatch.think.talk.learned import Weights
from stillwatch.think.talk.named import Named, with_roles
from stillwatch.think.talk.topic import Topic
from stillwatch.think.talk.vocabulary import Vocabulary
from stillwatch.think.talk.words import words_of

SHORTEST, LONGEST = 2, 5
SURE: Final = 0.5
AHEAD: Final = 0.12
"""How much likelier than the next one a topic must be that is not sure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Routed:
    """ranked: topics with their probabilities, the best first; topic: the one that is meant, None where it is not
    clear."""

    topic: Topic | None
    ranked: tuple[tuple[Topic, float], ...]


class Router:
    def __init__(self, topics: Mapping[str, Topic], weights: Weights) -> None:
        self._topics = topics
        self._learned = weights.learned
        self._rows = weights.rows

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self._learned.words)

    @cached_property
    def bearing(self) -> Bearing:
        return Bearing(self._learned, self.vocabulary.nearest)

    def route(self, question: str, named: Named) -> Routed:
        words = marked(question, named)
        if not self.bearing.is_heard(question, words):
            return Routed(topic=None, ranked=())
        if self.bearing.is_of_the_world(words):
            return Routed(topic=self._topics["outside"], ranked=())
        shares = zip(self._learned.topics, self._shares(buckets_of(words, self._learned.buckets)), strict=True)
        ranked = sorted(
            ((self._topics[name], share) for name, share in shares if name in self._topics),
            key=lambda row: (-row[1], row[0].name),
        )
        topic = _clear(ranked)
        if topic is not None and not self._is_borne(topic, words):
            topic = None
        near = tuple(row for row in ranked[:5] if self.bearing.bears(words, row[0].name))
        return Routed(topic=topic, ranked=near)

    def _is_borne(self, topic: Topic, words: Sequence[str]) -> bool:
        if not self.bearing.bears(words, topic.name):
            return False
        return bool(topic.wants) or not self.bearing.names_a_stranger(words)

    def _shares(self, pieces: Sequence[int]) -> list[float]:
        """The softmax of each topic's sum over a question of length 1."""
        count, rows = len(self._learned.topics), self._rows
        sums = [0] * count
        for bucket in pieces:
            row = rows[bucket * count : (bucket + 1) * count]
            sums = [total + weight for total, weight in zip(sums, row, strict=True)]
        factor = self._learned.scale / math.sqrt(len(pieces))
        raised = [total * factor + bias for total, bias in zip(sums, self._learned.biases, strict=True)]
        top = max(raised)
        exponents = [math.exp(one - top) for one in raised]
        whole = sum(exponents)
        return [one / whole for one in exponents]


def _clear(ranked: Sequence[tuple[Topic, float]]) -> Topic | None:
    (topic, best), (_, second) = ranked[:2]
    return topic if best >= SURE or best - second >= AHEAD else None


def buckets_of(found: Sequence[str], buckets: int) -> list[int]:
    """Each piece of the words as a number below `buckets`, once: whole words, runs of letters with their edges, and
    concepts."""
    pieces = {*(f"={word}" for word in found), *pieces_of(found)}
    for word in found:
        if word.startswith("<"):
            continue
        padded = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            pieces.update(padded[start : start + size] for start in range(len(padded) - size + 1))
    return sorted({zlib.crc32(piece.encode()) % buckets for piece in pieces})


def marked(question: str, named: Named) -> list[str]:
    """The words, each once, with marks in the place of what is named here."""
    stems = {part for name in named.units for part in (name.casefold(), name.rpartition(".")[0].casefold())}
    stems |= {stem.partition("@")[0] for stem in stems}
    return list(dict.fromkeys(_mark(word, named, stems) for word in words_of(with_roles(question))))


def _mark(word: str, named: Named, stems: set[str]) -> str:
    plain = word.removeprefix("https://").removeprefix("http://").rstrip("/")
    marks = (
        ("<unit>", word in stems or word == "a-role"),
        ("<domain>", bool(named.domain) and plain == named.domain),
        ("<path>", word.startswith("/")),
        ("<user>", bool(named.user) and word == named.user),
        ("<incident>", bool(named.incident) and re.fullmatch(r"i-?\d+", word) is not None),
        ("<evidence>", bool(named.evidence) and re.fullmatch(r"e\d+", word) is not None),
        ("<proposal>", re.fullmatch(r"a-\d+", word) is not None),
        ("<number>", re.fullmatch(r"\d+", word) is not None),
    )
    return next((mark for mark, fits in marks if fits), word)
