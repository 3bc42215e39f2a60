from __future__ import annotations

import pytest

from stillwatch.think.talk.concepts import WEIGHT, concepts_of, pieces_of
from stillwatch.think.talk.words import words_of


@pytest.mark.parametrize(
    "question",
    [
        "what hogs the ram",
        "was frisst den arbeitsspeicher",
        "qu'est-ce qui bouffe la mémoire",
        "qué traga tanta memoria",
    ],
)
def test_the_same_thing_in_four_languages(question: str) -> None:
    assert {"memory", "consumes"} <= set(concepts_of(words_of(question)))


def test_each_counts_as_several_pieces_and_any_two_as_one_more() -> None:
    pieces = list(pieces_of(["ram", "hogs"]))
    assert len(pieces) == len(set(pieces)) == 2 * WEIGHT + 1
    assert list(pieces_of(["zxcvb"])) == []
