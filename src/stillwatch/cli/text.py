"""Numbers, times and confidence in words, as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from stillwatch.untrusted.for_terminal import one_line

IMPOSSIBLE: Final = "at an impossible time"


def local_time(at: float) -> str:
    """A date and time in the reader's own zone; "never" for 0."""
    if at <= 0:
        return "never"
    try:
        return f"{datetime.fromtimestamp(at, tz=UTC).astimezone():%Y-%m-%d %H:%M:%S}"
    except (OverflowError, OSError, ValueError):
        return IMPOSSIBLE


def clock_time(at: float, now: float) -> str:
    """The time alone for what is less than half a day from `now`, else with the date."""
    return local_time(at)[11:] if at > 0 and abs(now - at) < 43_200 else local_time(at)


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def counted_only(lines: int) -> str:
    """What is said where too many different lines of trouble came to keep each."""
    return f"{plural(lines, 'line')} of trouble could only be counted: too many different ones came at once"


def seconds(value: float) -> str:
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 100 else f"{value / 60:.1f} min"


def size(octets: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if octets < 1000:
            return f"{octets:.0f} {unit}" if unit == "bytes" or octets >= 100 else f"{octets:.1f} {unit}"
        octets /= 1000
    return f"{octets:.1f} TB"


def confidence_words(confidence: float) -> str:
    """How sure somebody is, in words; 0 means that nobody has said."""
    if confidence <= 0:
        return ""
    steps = ((0.9, "very likely"), (0.7, "likely"), (0.4, "possibly"), (0.0, "a guess"))
    return next(words for floor, words in steps if confidence >= floor)


SPEAKERS = {"rule": "the rules", "review": "the review model", "meta": "the meta model"}


def who_says(by: str) -> str:
    return SPEAKERS.get(by, one_line(by, 60))
