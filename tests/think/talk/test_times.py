from __future__ import annotations

import pytest

from stillwatch.think.talk.times import DAY, HOUR, span_in

from .hosts import NOW


@pytest.mark.parametrize(
    ("question", "seconds"),
    [
        ("in the last 3 hours", 3 * HOUR),
        ("in den letzten 2 tagen", 2 * DAY),
        ("les 3 derniers jours", 3 * DAY),
        ("this week", 7 * DAY),
        ("esta semana", 7 * DAY),
        ("letzte Woche", 7 * DAY),
        ("vor 10 minuten", 600),
        ("I was away for a week", 7 * DAY),
        ("in the last couple of days", 2 * DAY),
        ("in den letzten paar Tagen", 3 * DAY),
        ("seit fünf Tagen", 5 * DAY),
        ("depuis une semaine", 7 * DAY),
        ("ces quelques derniers jours", 3 * DAY),
        ("hace dos horas", 2 * HOUR),
    ],
)
def test_how_far_back(question: str, seconds: float) -> None:
    span = span_in(question, NOW)
    assert span is not None and span.until - span.since == seconds


def test_a_night_is_the_last_one() -> None:
    span = span_in("what happened last night?", NOW)
    assert span is not None and span.since < NOW and 0 < span.hours <= 12.1
    assert span_in("why is nginx down?", NOW) is None
