"""Learns the weights of the router of questions: `scripts/train-router`, which brings scikit-learn along.

What is learned from: the examples of the topics, evals/questions/examples.tsv, and the half of the questions that is
looked at. The other half, and strangers.tsv, are never seen.
"""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from evals.questions.judge import NOW, UNITS, USERS, asked
from stillwatch.think.talk.bearing import CONCEPT
from stillwatch.think.talk.catalogue import catalogue
from stillwatch.think.talk.concepts import concepts_of
from stillwatch.think.talk.learned import Learned, Weights
from stillwatch.think.talk.named import find
from stillwatch.think.talk.router import buckets_of, marked
from stillwatch.think.talk.words import COMMON_ANYWHERE, LANGUAGES, Language, words_of

EXAMPLES = Path(__file__).with_name("examples.tsv")
INTO = Path(__file__).parents[2] / "src/stillwatch/think/talk/router.bin"
BUCKETS = 1 << 14
STRENGTH = 40.0
"""The inverse of the regularization."""
STEPS = 400


MANNERS: dict[Language, str] = {
    "en": "in two sentences, briefly please, in one line, as a table, short answer only, please explain, be honest",
    "de": "in zwei sätzen, bitte kurz, in einer zeile, als tabelle, nur kurz antworten, bitte erklären, sei ehrlich",
    "fr": "en deux phrases, en bref s'il te plaît, en une ligne, en tableau, réponse courte, explique, sois honnête",
    "es": "en dos frases, brevemente por favor, en una línea, como tabla, respuesta corta, explica, sé sincero",
}
"""How an answer is wanted says nothing about the topic: every third example is asked once more in some manner."""


class Example(NamedTuple):
    topic: str
    language: Language
    question: str


def examples() -> list[Example]:
    """All of them, in a fixed order."""
    of_topics = [
        Example(topic.name, language, line)
        for topic in catalogue().values()
        for language in LANGUAGES
        for line in topic.examples(language)
    ]
    rows = EXAMPLES.read_text("utf-8").splitlines()
    more = [Example(topic, _language(name), line) for topic, name, line in (row.split("\t") for row in rows)]
    looked_at = [Example(one.wanted[0], _language(one.language), one.question) for one in asked() if one.looked_at]
    return sorted(one for one in {*of_topics, *more, *looked_at} if words_of(one.question))


def _language(name: str) -> Language:
    return next(one for one in LANGUAGES if one == name)


def checksum(learned: list[Example]) -> str:
    """Of the examples; another one means that the weights are stale."""
    return hashlib.sha256(repr([tuple(one) for one in learned]).encode()).hexdigest()


def vocabulary(learned: list[Example]) -> dict[str, Language | Literal[""]]:
    """Words that several topics use, or one that asks for no unit, with the one language that has them.

    What only questions about a unit have may be its name.
    """
    topics: dict[str, set[str]] = defaultdict(set)
    languages: dict[str, set[Language]] = defaultdict(set)
    for one in learned:
        for word in words_of(one.question):
            topics[word].add(one.topic)
            languages[word].add(one.language)
    names = {part for name in UNITS for part in (name, name.rpartition(".")[0])} | {*USERS, "foobar"}
    plain = {
        word
        for word, users in topics.items()
        if any(catalogue()[name].wants != "unit" for name in users) and word.isalpha() and word not in names
    }
    return {
        word: next(iter(languages[word])) if len(languages[word]) == 1 and len(word) > 3 else ""
        for word in sorted(plain - COMMON_ANYWHERE)
    }


def bearing(learned: list[Example], topics: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Which topics, by number, the words, marks and concepts of the examples ask about."""
    found: dict[str, set[int]] = defaultdict(set)
    for one in learned:
        words = marks_of(one)
        for key in (
            *(word for word in words if word not in COMMON_ANYWHERE),
            *(CONCEPT + it for it in concepts_of(words)),
        ):
            found[key].add(topics.index(one.topic))
    return {key: tuple(sorted(found[key])) for key in sorted(found)}


def small(learned: list[Example], topics: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """Examples without any other word."""
    told = ((topics.index(one.topic), marks_of(one)) for one in learned)
    return tuple(sorted({(number, " ".join(words)) for number, words in told if COMMON_ANYWHERE.issuperset(words)}))


def marks_of(one: Example) -> list[str]:
    return marked(one.question, find(one.question, UNITS, now=NOW, users=USERS))


def taught(learned: list[Example]) -> Iterator[tuple[str, list[int]]]:
    """A topic and the pieces of a question, which is asked once more without the unit that it names, since other hosts
    have other names, and in some manner."""
    for number, one in enumerate(learned):
        found = marks_of(one)
        yield one.topic, buckets_of(found, BUCKETS)
        if number % 3 == 0:
            manners = MANNERS[one.language].split(", ")
            manner = manners[number // 3 % len(manners)]
            yield one.topic, buckets_of(list(dict.fromkeys([*found, *words_of(manner)])), BUCKETS)
        if "<unit>" in found and len(found) > 1:
            yield one.topic, buckets_of([word for word in found if word != "<unit>"], BUCKETS)


def learn(learned: list[Example]) -> Weights:
    """Each question is a vector of length 1 over its pieces."""
    import numpy
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    topics, rows = zip(*taught(learned), strict=True)
    ends = numpy.cumsum([0, *map(len, rows)])
    values = numpy.concatenate([numpy.full(len(row), len(row) ** -0.5) for row in rows])
    table: Any = csr_matrix((values, numpy.concatenate(rows), ends), shape=(len(rows), BUCKETS))
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS).fit(table, topics)
    scale = float(numpy.abs(model.coef_).max()) / 127
    rounded = numpy.round(model.coef_.T / scale).astype(numpy.int8)
    names = tuple(map(str, model.classes_))
    told = Learned(
        topics=names,
        buckets=BUCKETS,
        scale=scale,
        biases=tuple(round(float(one), 4) for one in model.intercept_),
        words=vocabulary(learned),
        bears=bearing(learned, names),
        small=small(learned, names),
        examples=checksum(learned),
    )
    return Weights(learned=told, rows=memoryview(numpy.ascontiguousarray(rounded).tobytes()))


def main() -> int:
    learned = examples()
    sys.stdout.write(f"learning from {len(learned)} questions …\n")
    INTO.write_bytes(learn(learned).packed())
    sys.stdout.write(f"{INTO.name}: {INTO.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
