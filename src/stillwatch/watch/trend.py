"""A file system that grows: when it will be full, where it has grown all the time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from stillwatch.records.amount import span
from stillwatch.records.event import Event
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.watch.of_event import of_event

FILLING: Final = "disk-filling"
HOUR, DAY = 3600.0, 86_400.0
_PARTS: Final = 4
_LEAST: Final = 0.0005
"""Growth in each part of the span: less is noise."""
_GAP: Final = 0.15
"""Of a span: so far from each end of a part a reading may lie, at most."""


class Span(NamedTuple):
    """What grew for so long, and will be full so soon at that pace, is told."""

    past: float
    ahead: float
    severity: Severity


SPANS: Final = (Span(2 * HOUR, 6 * HOUR, Severity.medium), Span(4 * DAY, 8 * DAY, Severity.low))
"""A log that runs away fills a disk within hours; data that is never deleted within days."""


def full_in(readings: Sequence[tuple[float, float]], now: float, past: float) -> float | None:
    """Seconds until it is full at the pace of the span up to now; None where it did not grow in each part of it.

    What is written and cleared in turn, and what grew once, does not grow all the time. readings: (at, share used), in
    the order of time.
    """
    marks = [now - past + past * part / _PARTS for part in range(_PARTS + 1)]
    values = [_at(readings, mark, past * _GAP) for mark in marks]
    known = [value for value in values if value is not None]
    if len(known) < len(marks) or any(after - before < _LEAST for before, after in pairwise(known)):
        return None
    pace = (known[-1] - known[0]) / past
    return max(1.0 - known[-1], 0.0) / pace


def judge_trend(event: Event, given: Span) -> Trigger:
    """event: of a disk, with the seconds that are left to it as its value."""
    left = span(event.value or 0.0)
    summary = f"{event.subject} has grown for {span(given.past)} and will be full in about {left} at that pace"
    return of_event(
        event,
        "",
        rule=FILLING,
        severity=given.severity,
        summary=summary,
        cause="disk-filling",
        fields={"metric": event.fields["metric"], "left": f"{event.value or 0.0:.0f}"},
    )


def _at(readings: Sequence[tuple[float, float]], mark: float, gap: float) -> float | None:
    """The reading nearest to a moment, where one is near."""
    at, value = min(readings, key=lambda one: abs(one[0] - mark), default=(0.0, 0.0))
    return value if readings and abs(at - mark) <= gap else None
