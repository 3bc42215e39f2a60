"""Words for people."""

from __future__ import annotations

import pytest

from stillwatch.cli.text import (
    clock_time,
    confidence_words,
    local_time,
    one_line,
    paragraphs,
    plural,
    seconds,
    size,
    who_says,
)
from tests.cli.scene import NOW


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("two\nlines\tand\x00a\x1b[31mcolour", "two lines anda[31mcolour"),
        ("\u202eevil\u2066\u200b", "evil"),
        ("a\u00a0b", "a b"),
        ("  spaces   everywhere ", "spaces everywhere"),
        ("", ""),
    ],
)
def test_untrusted_text_is_one_harmless_line(text: str, clean: str) -> None:
    assert one_line(text) == clean


def test_long_text_is_cut_where_it_is_told() -> None:
    assert one_line("x" * 10_000_000, 10) == "x" * 9 + "…"
    assert one_line("x" * 10, 10) == "x" * 10


def test_paragraphs_keep_their_lines() -> None:
    assert paragraphs("\n\na\x1b\n  b\n\n") == ["a", "  b"]


def test_times_are_local_and_impossible_ones_are_said_to_be() -> None:
    assert local_time(NOW) == "2026-11-18 11:06:40"
    assert local_time(0) == "never"
    assert local_time(1e300) == "at an impossible time"
    assert clock_time(NOW - 60, NOW) == "11:05:40"
    assert clock_time(NOW - 86_400, NOW) == "2026-11-17 11:06:40"


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(1.0, "very likely"), (0.9, "very likely"), (0.7, "likely"), (0.5, "possibly"), (0.1, "a guess"), (0.0, "")],
)
def test_confidence_in_words(confidence: float, words: str) -> None:
    assert confidence_words(confidence) == words


def test_numbers_as_one_reads_them() -> None:
    assert (plural(1, "line"), plural(1234, "line")) == ("1 line", "1,234 lines")
    assert (seconds(0.25), seconds(3.21), seconds(150)) == ("250 ms", "3.2 s", "2.5 min")
    assert (size(12), size(98_362_432), size(1_117_320_768)) == ("12 bytes", "98.4 MB", "1.1 GB")
    assert (who_says("meta"), who_says("anna\x1b")) == ("the meta model", "anna")
