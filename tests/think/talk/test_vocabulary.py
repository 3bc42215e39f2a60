from __future__ import annotations

import pytest

from stillwatch.think.talk.vocabulary import Vocabulary
from stillwatch.think.talk.words import Language

WORDS = Vocabulary({"memory": "en", "speicher": "de", "status": "", "restarted": "en"})


@pytest.mark.parametrize(
    ("word", "tongue"),
    [
        ("memory", "en"),
        ("memmory", "en"),
        ("speicherplatz", "de"),
        ("restarting", "en"),
        ("status", None),
        ("zebra", None),
    ],
)
def test_the_language_of_a_word_is_that_of_the_examples_with_one_like_it(word: str, tongue: Language | None) -> None:
    assert WORDS.tongue(word) == tongue


def test_a_short_word_is_known_only_as_it_stands() -> None:
    assert WORDS.knows("status") and WORDS.knows("memmory")
    assert not WORDS.knows("mem") and not WORDS.knows("zebra")
