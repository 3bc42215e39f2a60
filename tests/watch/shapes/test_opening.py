"""A glance at a message tells of none that it may say more, or the patterns are asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.watch.shapes.leading import LEADING_LEVEL
from stillwatch.watch.shapes.opening import MAY_HAVE_HEAD, may_say_more

PIECES = st.sampled_from(
    [
        "a",
        "word",
        "ERROR",
        "warn",
        "WARN",
        " ",
        "  ",
        ": ",
        "[",
        "]",
        "(",
        "5",
        "12:00:00",
        "|",
        "=",
        "ä",
        "/",
        "x" * 30,
        "-",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_no_glance_overlooks_what_the_patterns_find(text: str) -> None:
    message = text.encode()
    if MAY_HAVE_HEAD.match(message) or LEADING_LEVEL.match(message):
        assert may_say_more(message)


@pytest.mark.parametrize("message", [b"the disk is well and so is the fan", b"session opened for user root"])
def test_what_only_speaks_says_no_more(message: bytes) -> None:
    assert not may_say_more(message)
