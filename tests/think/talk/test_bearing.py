"""Nonsense, and what is not about this host, gets fixed words: no fact, no greeting, no model's guess."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import Final

import pytest

from stillwatch.think.talk.catalogue import router
from stillwatch.think.talk.respond import EMPTY, respond
from stillwatch.think.talk.topics.outside import OUTSIDE
from stillwatch.think.talk.understand import understand
from stillwatch.think.talk.words import LANGUAGES, words_of
from tests.think.models import always

from .hosts import CLOCK, NOW, UNITS, TypedLooks, known

ROWS: Final = ("qwertyuiop", "asdfghjkl", "yxcvbnm", "qwertzuiopü", "asdfghjklöä")
SYLLABLES: Final = [first + second for first in "bdfgklmnprstvz" for second in "aeiouy"]
FIXED: Final = {words.in_(language) for words in (OUTSIDE, EMPTY) for language in LANGUAGES}


def unknown(make: Callable[[], str]) -> str:
    """A word that no example has, nor any near it, nor one within it."""
    return next(word for word in iter(make, None) if (parts := words_of(word)) == router().bearing.strange(parts))


def mashed(source: random.Random) -> str:
    def word() -> str:
        return "".join(source.choices(source.choice(ROWS), k=source.randint(3, 12)))

    return " ".join(unknown(word) for _ in range(source.randint(1, 6)))


def lettered(source: random.Random) -> str:
    def word() -> str:
        return "".join(source.choices(string.ascii_lowercase, k=source.randint(3, 12)))

    return " ".join(unknown(word) for _ in range(source.randint(1, 6)))


def babbled(source: random.Random) -> str:
    def word() -> str:
        return "".join(source.choices(SYLLABLES, k=source.randint(2, 5)))

    return " ".join(unknown(word) for _ in range(source.randint(1, 6)))


def hexadecimal(source: random.Random) -> str:
    return unknown(lambda: f"{source.getrandbits(256):x}")


def emoji(source: random.Random) -> str:
    return "".join(source.choices("😀🎉🔥👍🚀💥🤷", k=source.randint(1, 9)))


def marks(source: random.Random) -> str:
    return "".join(source.choices("!?.,;:-_#*()[] ", k=source.randint(1, 20)))


def numbers(source: random.Random) -> str:
    return " ".join(str(source.getrandbits(40)) for _ in range(source.randint(1, 4)))


def alien(source: random.Random) -> str:
    """Letters that none of our languages has."""
    alphabet = source.choice(
        (
            "абвгдежзиклмнопрстуфхцчшщыэюя",
            "あいうえおかきくけこさしすせそ",
            "אבגדהוזחטיכלמנ",
            "中国服务器磁盘内存网络问题",
        )
    )
    return " ".join("".join(source.choices(alphabet, k=source.randint(2, 9))) for _ in range(source.randint(1, 6)))


def buried(source: random.Random) -> str:
    """One word that we know, or a unit of this host, among more that nobody does."""
    words = [*lettered(source).split(), *babbled(source).split(), mashed(source)]
    words.insert(source.randrange(len(words)), source.choice(("nginx", "memory", "hello", "disque", "läuft", "ports")))
    return " ".join(words)


@pytest.mark.parametrize(
    "kind",
    [mashed, lettered, babbled, hexadecimal, emoji, marks, numbers, alien, buried],
    ids=lambda kind: kind.__name__,
)
async def test_no_nonsense_is_answered(kind: Callable[[random.Random], str], seed: int) -> None:
    source, model = random.Random(seed), always({"topic": "memory"})
    for _ in range(12):
        question = kind(source)
        for before in ((), ("how much memory is free?",)):
            done = await respond(question, before, known(), looks=TypedLooks(), clock=CLOCK, model=model)
            assert done.text in FIXED and not done.asking.evidence, question
    assert not model.asked


@pytest.mark.parametrize(
    "question",
    [
        "asdf jklö",
        "ile mam wolnego miejsca na dysku",
        "hoe gaat het met de server",
        "mikä on vialla",
        "hur mycket minne finns det kvar",
        "почему nginx не работает",
        "磁盘满了吗 nginx",
        "no",
        "why not",
        "foo bar baz",
        "the the the",
    ],
)
async def test_a_language_that_we_do_not_speak_and_empty_talk(question: str) -> None:
    done = await respond(question, (), known(), looks=TypedLooks(), clock=CLOCK)
    assert done.topic is None and done.text in FIXED


THINGS: Final = {
    "en": ("moon", "king of sweden", "my wife", "a spider", "dinner", "the weather in paris"),
    "de": ("mond", "meine freundin", "könig", "wetter", "suppe"),
    "fr": ("la lune", "ma copine", "le roi", "la météo", "le dîner"),
    "es": ("la luna", "mi novia", "el rey", "la lluvia", "la cena"),
}
ASKED: Final = {
    "en": (
        "how is the memory of {}",
        "what is the temperature of {}",
        "when was {} changed",
        "what is the state of {}",
    ),
    "de": ("wie heiß ist {}", "wie ist der status von {}", "was ist mit {} los", "läuft {}"),
    "fr": ("quelle est la température de {}", "est-ce que {} tourne", "où en est {}"),
    "es": ("qué temperatura tiene {}", "cómo está {}", "funciona {}"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_host_has_is_asked_of_none(language: str) -> None:
    for thing in THINGS[language]:
        for asked in ASKED[language]:
            question = asked.format(thing)
            topic = understand(question, (), UNITS, now=NOW).topic
            assert topic is None or topic.name == "outside", question


def test_a_thing_that_nobody_knows_is_no_part_of_this_host() -> None:
    assert understand("how hot is it in zanzibarland", (), UNITS, now=NOW).topic is None
    named = understand("how is the temperature of nginx", (), UNITS, now=NOW).topic
    assert named is None or named.name != "outside"
