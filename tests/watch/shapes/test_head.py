from __future__ import annotations

import re

import pytest

from stillwatch.watch.shapes.head import fill, level_for_program
from stillwatch.watch.shapes.parts import Parts


def filled(pattern: bytes, raw: bytes) -> tuple[Parts, str]:
    found = re.match(pattern, raw)
    assert found is not None
    parts = Parts(raw[found.end() :])
    number = fill(parts, found, frozenset(found.re.groupindex))
    level_for_program(parts, raw, found)
    return parts, number


@pytest.mark.parametrize(
    ("pattern", "raw", "priority", "number"),
    [
        (rb"<(?P<pri>\d+)>", b"<11>x", 3, "pri"),
        (rb"(?P<status>\d+) ", b"503 x", 3, "status"),
        (rb"(?P<level>\w+) ", b"4 x", 4, "level"),
        (rb"(?P<level>\w+) ", b"error x", 3, ""),
        (rb"(?P<level2>\w+) ", b"warn x", 4, ""),
    ],
)
def test_it_names_the_number_that_says_how_bad_it_is(pattern: bytes, raw: bytes, priority: int, number: str) -> None:
    parts, named = filled(pattern, raw)
    assert (parts.priority, named) == (priority, number)


def test_a_level_where_the_program_would_stand() -> None:
    parts, _ = filled(rb"(?P<host>\w+) (?P<program>\w+): ", b"web01 ERROR: no room")
    assert (parts.host, parts.program, parts.priority, parts.message) == ("web01", "", 3, b"ERROR: no room")


def test_words_of_a_message_in_capitals_are_no_host() -> None:
    parts, _ = filled(rb"(?P<host>\w+) (?P<program>\w+): ", b"VERIFY ERROR: no room")
    assert (parts.host, parts.program, parts.message) == ("", "", b"VERIFY ERROR: no room")
