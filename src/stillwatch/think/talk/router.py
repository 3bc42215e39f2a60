"""Which topic a question is about, by its words alone: no model, no network, the same answer each time.

Each example of the catalogue and the question become weighted words: a word weighs more the fewer topics use it. A word
that the catalogue does not know counts as the nearest one it knows: the same but for one typing error, a part of a
German compound, the same beginning. What names something on this host counts as <unit>, <path>, <number> and so on.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stillwatch.think.talk.named import Named, one_error, with_roles
from stillwatch.think.talk.topic import Topic
from stillwatch.think.talk.words import COMMON_ANYWHERE, LANGUAGES, Language, words_of

SURE: Final = 0.60
LIKELY: Final = 0.45
AHEAD: Final = 0.10
"""How far the best topic must lie before the next one."""
NOUN: Final = 4
"""A key word of at most so many topics says that one of those is meant."""
KEY, NO_KEY, NO_UNIT = 1.15, 0.7, 0.8
SAME, EXACT = 0.995, 1.3
"""A question that an example has word for word needs no key."""
PERHAPS: Final = 0.6
REMEMBERED: Final = 5_000
LITTLE: Final = 0.30
"""What a small word weighs beside one that says what it is about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Routed:
    """ranked: topics with their scores, the best first; topic: the one that is meant, None where it is not clear."""

    topic: Topic | None
    ranked: tuple[tuple[Topic, float], ...]


class Router:
    def __init__(self, topics: Sequence[Topic]) -> None:
        self.topics = tuple(topics)
        examples = [
            (topic, features(words_of(with_roles(line))))
            for topic in topics
            for tongue in LANGUAGES
            for line in topic.examples(tongue)
        ]
        users: dict[str, set[str]] = defaultdict(set)
        for topic, found in examples:
            for word in found:
                users[word].add(topic.name)
        self._weights = {word: self._weight(word, len(names)) for word, names in users.items()}
        self._examples = [(topic, self._vector(found)) for topic, found in examples]
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for index, (_, vector) in enumerate(self._examples):
            for word in vector:
                self._by_word[word].append(index)
        self._spread: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for topic, vector in self._examples:
            for word in vector:
                self._spread[topic.name][word] = max(self._spread[topic.name][word], 1.0)
        self.words = frozenset(word for word in self._weights if not word.startswith("<"))
        self._tongues = _tongues(topics)
        self._keys = {topic.name: _matcher(topic.keys) for topic in topics if topic.keys}
        held = Counter(key.rstrip("*") for topic in topics for key in set(topic.keys.split()))
        self._nouns = frozenset(key for key, count in held.items() if count <= NOUN and key not in COMMON_ANYWHERE)
        self._nearby: dict[str, str] = {}

    def tongue(self, word: str) -> Language | None:
        """The one language whose examples have the word, or one near it."""
        return self._tongues.get(word) or self._tongues.get(self._nearest(word))

    def knows(self, word: str) -> bool:
        """Whether it, or a word near it, stands in the catalogue."""
        return word in self.words or self._nearest(word) != word

    def route(self, question: str, named: Named) -> Routed:
        vector = self._vector(self._known(features(marked(question, named))))
        if not vector:
            return Routed(topic=None, ranked=())
        if "<unknown>" in vector:  # perhaps a unit that this host has not
            vector["<unit>"] = PERHAPS * self._weights["<unit>"]
        factors = {topic.name: self._factor(topic, vector, named) for topic in self.topics}
        covered = {topic.name: self._covered(vector, topic) for topic in self.topics}
        best: dict[str, float] = defaultdict(float)
        nearest: dict[str, Topic] = {}
        for index in {index for word in vector for index in self._by_word.get(word, ())}:
            topic, example = self._examples[index]
            near = _cosine(vector, example)
            score = (0.65 * near + 0.35 * covered[topic.name]) * (EXACT if near > SAME else factors[topic.name])
            if score > best[topic.name]:
                best[topic.name], nearest[topic.name] = score, topic
        ranked = sorted(
            ((nearest[name], score) for name, score in best.items()), key=lambda row: (-row[1], row[0].name)
        )
        return Routed(topic=_clear(ranked), ranked=tuple(ranked[:5]))

    def _factor(self, topic: Topic, found: Iterable[str], named: Named) -> float:
        """How likely it is by what must be said or named: a key word, a unit."""
        if topic.wants == "unit" and not (named.units or named.role or named.unknown):
            return NO_UNIT
        has = self._keys.get(topic.name)
        if has is None:
            return NO_KEY if not named.units and any(word in self._nouns for word in found) else 1.0
        return KEY if any(has(word) for word in found) else NO_KEY

    def _covered(self, vector: Mapping[str, float], topic: Topic) -> float:
        """The share of the question's weight that the topic has words for."""
        there = self._spread[topic.name]
        whole = sum(weight for weight in vector.values())
        return sum(weight for word, weight in vector.items() if word in there) / whole if whole else 0.0

    def _weight(self, word: str, used_by: int) -> float:
        little = LITTLE if word in COMMON_ANYWHERE else 1.0
        return little * math.log(1.0 + len(self.topics) / used_by)

    def _vector(self, found: Iterable[str]) -> dict[str, float]:
        """Weighted; a word that nobody knows weighs as the rarest does, so that it lowers every score."""
        rare = math.log(1.0 + len(self.topics))
        return {word: self._weights.get(word, 0.05 if word in COMMON_ANYWHERE else 0.6 * rare) for word in found}

    def _known(self, found: Sequence[str]) -> list[str]:
        return [word if word in self._weights else self._nearest(word) for word in found]

    def _nearest(self, word: str) -> str:
        """What the catalogue calls it, the word itself where nothing is near."""
        if word not in self._nearby:
            if len(self._nearby) > REMEMBERED:
                self._nearby.clear()
            self._nearby[word] = self._find_near(word)
        return self._nearby[word]

    def _find_near(self, word: str) -> str:
        if word.startswith("<") or len(word) < 4 or word in COMMON_ANYWHERE:
            return word
        for near in (self._mistyped(word), self._part(word), self._same_beginning(word)):
            if near:
                return max(near, key=lambda known: (len(known) if known in word else 0, self._weights[known], known))
        return word

    def _mistyped(self, word: str) -> list[str]:
        return [
            known
            for known in self.words
            if len(known) >= 4 and abs(len(known) - len(word)) <= 1 and one_error(word, known)
        ]

    def _part(self, word: str) -> list[str]:
        """Of a compound, or the beginning of a longer word."""
        long = [known for known in self.words if len(known) >= 5]
        return [known for known in long if known in word or (len(word) >= 5 and known.startswith(word))]

    def _same_beginning(self, word: str) -> list[str]:
        stem = word[: max(5, len(word) - 3)]
        return [known for known in self.words if len(word) >= 6 and known.startswith(stem)]


def _tongues(topics: Sequence[Topic]) -> dict[str, Language]:
    """Longer words that the examples of one language alone have."""
    found: dict[str, set[Language]] = defaultdict(set)
    lines = [(language, line) for topic in topics for language in LANGUAGES for line in topic.examples(language)]
    for language, line in lines:
        for word in words_of(line):
            found[word].add(language)
    return {word: next(iter(names)) for word, names in found.items() if len(names) == 1 and len(word) > 3}


def _matcher(keys: str) -> Callable[[str], bool]:
    whole = {key for key in keys.split() if not key.endswith("*")}
    heads = tuple(key[:-1] for key in keys.split() if key.endswith("*"))
    return lambda word: word in whole or word.startswith(heads) if heads else word in whole


def marked(question: str, named: Named) -> list[str]:
    """The words, with marks in the place of what is named here."""
    stems = {part for name in named.units for part in (name.casefold(), name.rpartition(".")[0].casefold())}
    stems |= {stem.partition("@")[0] for stem in stems}
    return [_mark(word, named, stems) for word in words_of(with_roles(question))]


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
        ("<unknown>", bool(named.unknown) and word == named.unknown),
    )
    return next((mark for mark, fits in marks if fits), word)


EXAMPLE_MARKS: Final = {
    "nginx": "<unit>", "a-role": "<unit>", "nginx.service": "<unit>", "foobar": "<unit>", "/var": "<path>", "/home": "<path>", "/srv": "<path>",
    "/var/log": "<path>", "/": "<path>", "/etc": "<path>", "ann": "<user>", "example.org": "<domain>", "shop.example.org": "<domain>",
    "i7": "<incident>", "i3": "<incident>", "e4": "<evidence>", "e2": "<evidence>", "a-17": "<proposal>",
}  # fmt: skip
"""What stands in the examples for things that other hosts call otherwise."""


def features(found: Sequence[str]) -> list[str]:
    """Each word once, the examples' names as marks."""
    return list(dict.fromkeys("<number>" if word.isdecimal() else EXAMPLE_MARKS.get(word, word) for word in found))


def _cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    shared = sum(weight * right[word] for word, weight in left.items() if word in right)
    lengths = math.sqrt(sum(one * one for one in left.values())) * math.sqrt(sum(one * one for one in right.values()))
    return shared / lengths if lengths else 0.0


def _clear(ranked: Sequence[tuple[Topic, float]]) -> Topic | None:
    if not ranked or ranked[0][1] < LIKELY:
        return None
    ahead = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0)
    return ranked[0][0] if ranked[0][1] >= SURE or ahead >= AHEAD else None
