from __future__ import annotations

import pytest

from stillwatch.think.talk.words import folded, language_of, words_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("why is nginx down?", "en"),
        ("wieso ist der webserver down", "de"),
        ("combien de mémoire", "fr"),
        ("¿cuánto disco queda?", "es"),
        ("läuft nginx", "de"),
        ("nginx", "en"),
        ("qu'est-ce qui a changé", "fr"),
        ("quién está conectado", "es"),
        ("platte voll", "de"),
    ],
)
def test_the_language_of_a_question(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_word_of_no_language_keeps_the_one_before() -> None:
    assert language_of("nginx?", "fr") == "fr"


def test_words_are_folded_and_names_stay_whole() -> None:
    assert folded("Où en est l’été?") == "ou en est l'ete?"
    assert words_of("What's in /var/log of shop-1.example.org, ann?") == [
        "what",
        "in",
        "/var/log",
        "of",
        "shop-1.example.org",
        "ann",
    ]
    assert words_of("l'espace d'un disque") == ["espace", "un", "disque"]
