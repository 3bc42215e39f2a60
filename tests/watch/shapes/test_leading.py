# ruff: noqa: E501 - levels beside the words that name them
from __future__ import annotations

import pytest

from stillwatch.watch.shapes.leading import leading_priority


@pytest.mark.parametrize(
    ("text", "priority"),
    [("ERROR: x", 3), ("nginx: [emerg] x", 0), ("[warn] x", 4), ("Error: x", 3), ("FATAL:  x", 2), ("WARN x", 4), ("hello", None),
     ("an error: x", None), ("Alert the press", None), ("panic: x", 2)],
)  # fmt: skip
def test_a_messages_first_word_may_be_its_level(text: str, priority: int | None) -> None:
    assert leading_priority(text.encode()) == priority
