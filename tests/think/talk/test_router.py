from __future__ import annotations

import pytest

from stillwatch.think.talk.catalogue import catalogue, router
from stillwatch.think.talk.named import find
from stillwatch.think.talk.understand import MOST_CHARACTERS, understand

from .hosts import NOW, UNITS


def routed(question: str) -> str:
    named = find(question, UNITS, now=NOW, knows=router().vocabulary.knows)
    topic = router().route(question, named).topic
    return topic.name if topic else ""


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("mem?", "memory"),
        ("memry usage", "memory"),
        ("arbeitsspeicherverbrauch", "memory"),
        ("disk full?", "disk_space"),
        ("who is on", "logged_in"),
        ("wieso ist der webserver down", "unit_down"),
        ("combien de mémoire", "memory"),
        ("¿cuánto disco queda?", "disk_space"),
        ("", ""),
        ("raconte-moi une blague", "outside"),
    ],
)
def test_short_forms_and_typing_errors(question: str, topic: str) -> None:
    assert routed(question) == topic


@pytest.mark.parametrize("question", ["zxcvb qwert", "asdf qwer", "lorem ipsum dolor", "foo bar baz quux"])
def test_nonsense_reaches_nothing_of_the_host(question: str) -> None:
    assert routed(question) in ("", "outside")


def test_every_example_reaches_its_own_topic() -> None:
    missed = [
        (topic.name, line)
        for topic in catalogue().values()
        for language in ("en", "de", "fr", "es")
        for line in topic.examples(language)  # type: ignore[arg-type]
        if routed(line) not in (topic.name, "")
    ]
    assert len(missed) < 20, missed


def test_a_long_message_costs_no_more_than_its_beginning() -> None:
    vocabulary = router().vocabulary
    looked_up = set(vocabulary._nearby)
    long = " ".join(f"{number:x}zq{number}" for number in range(20_000))
    understand(long, (long,), UNITS, now=NOW)
    assert sum(map(len, set(vocabulary._nearby) - looked_up)) <= 2 * MOST_CHARACTERS
