# ruff: noqa: E501 - log lines and what is read from them, side by side
from __future__ import annotations

import pytest

from stillwatch.watch.shapes import level


@pytest.mark.parametrize(
    ("value", "priority"),
    [("ERROR", 3), ("warn", 4), ("Fatal", 2), ("emerg", 0), ("3", 3), (3, 3), (50, 3), (30, 6), ("hello", None), (True, None),
     (200, None), (None, None), ("", None)],
)  # fmt: skip
def test_a_level_is_a_priority(value: object, priority: int | None) -> None:
    assert level.priority_of(value) == priority


def test_opentelemetry_counts_its_own_way() -> None:
    assert [level.priority_of_severity_number(number) for number in (1, 9, 13, 17, 21, 25, "9")] == [
        7,
        6,
        4,
        3,
        2,
        None,
        None,
    ]


def test_a_servers_own_failure_is_an_error() -> None:
    assert [level.priority_of_status(status) for status in (200, 301, 404, 500, 503)] == [6, 6, 5, 3, 3]
    assert level.priority_of_word("nothing") is None


def test_nextcloud_counts_from_none_to_four() -> None:
    assert [level.priority_of(number, small=True) for number in (0, 1, 2, "3", 4, 5)] == [7, 6, 4, 3, 2, None]
