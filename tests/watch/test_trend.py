from __future__ import annotations

from collections.abc import Callable

import pytest

from stillwatch.records.event import Event, Untrusted
from stillwatch.watch.trend import FILLING, SPANS, full_in, judge_trend

NOW, HOUR = 1_000_000.0, 3600.0


@pytest.mark.parametrize(
    ("used", "left"),
    [
        (lambda past: 0.9 - 0.05 * past, 2.0),
        (lambda past: 0.5 - 0.05 * past, 10.0),
        (lambda past: 0.9, None),
        (lambda past: 0.9 + 0.05 * past, None),
        (lambda past: 0.9 if past < 0.9 else 0.5, None),
        (lambda past: 0.9 - 0.2 * (past % 0.5), None),
    ],
    ids=["grows", "grows and has room", "stays", "shrinks", "grew once", "is cleared in turn"],
)
def test_only_what_grows_all_the_time_will_be_full(used: Callable[[float], float], left: float | None) -> None:
    readings = [(NOW - past * 60, used(past / 60)) for past in range(150, -1, -1)]
    found = full_in(readings, NOW, 2 * HOUR)
    assert (round(found / HOUR, 1) if found is not None else None) == left


def test_what_was_not_measured_for_so_long_is_not_foreseen() -> None:
    readings = [(NOW - past * 60, 0.9 - 0.001 * past) for past in range(60, -1, -1)]
    assert full_in(readings, NOW, 2 * HOUR) is None and full_in([], NOW, HOUR) is None
    assert full_in(readings, NOW, HOUR) is not None and full_in(readings, NOW + 12 * HOUR, HOUR) is None


def test_it_is_told_with_the_file_system() -> None:
    event = Event(
        host="h", at=1.0, source="metric", subject="/srv", text=Untrusted("x"), value=HOUR, fields={"metric": "m"}
    )
    found = judge_trend(event, SPANS[0])
    assert (found.rule, found.cause, found.subject, found.severity) == (FILLING, FILLING, "/srv", SPANS[0].severity)
