from __future__ import annotations

import pytest

from stillwatch.think.talk.catalogue import catalogue, router
from stillwatch.think.talk.named import find

from .hosts import NOW, UNITS


def routed(question: str) -> str:
    named = find(question, UNITS, now=NOW, knows=router().knows)
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
        ("zxcvb qwert", ""),
        ("", ""),
        ("raconte-moi une blague", "outside"),
    ],
)
def test_short_forms_typing_errors_and_nonsense(question: str, topic: str) -> None:
    assert routed(question) == topic


def test_every_example_reaches_its_own_topic() -> None:
    missed = [
        (topic.name, line)
        for topic in catalogue().values()
        for language in ("en", "de", "fr", "es")
        for line in topic.examples(language)  # type: ignore[arg-type]
        if routed(line) not in (topic.name, "")
    ]
    assert len(missed) < 60, missed
