"""Words for people."""

from __future__ import annotations

import pytest

from stillwatch.cli.text import IMPOSSIBLE, clock_time, confidence_words, local_time, plural, seconds, size, who_says
from tests.cli.scene import NOW


def test_times_are_local_and_impossible_ones_are_said_to_be() -> None:
    assert local_time(NOW) == "2026-11-18 11:06:40"
    assert local_time(0) == "never"
    assert local_time(1e300) == IMPOSSIBLE
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
    assert (who_says("meta").split()[1], who_says("anna\x1b")) == ("meta", "anna")
