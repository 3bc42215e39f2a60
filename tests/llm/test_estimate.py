from __future__ import annotations

import pytest

from stillwatch.llm.estimate import tokens_at_most


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("", 0, 0),
        ("the quick brown fox", 4, 14),
        ("0123456789", 10, 10),
        ("日本語", 3, 9),
        ("\ud800", 1, 3),
        ("a b c d", 4, 7),
    ],
)
def test_errs_on_the_high_side_within_reason(text: str, at_least: int, at_most: int) -> None:
    assert at_least <= tokens_at_most(text) <= at_most
