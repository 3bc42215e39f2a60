from __future__ import annotations

from datetime import UTC, datetime

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


@pytest.mark.parametrize(
    ("question", "hour", "minutes", "length"),
    [
        ("what happened at 3 o'clock", 2, 30, HOUR),
        ("what went wrong around 3pm", 14, 30, HOUR),
        ("was war um 15:30 los", 15, 0, HOUR),
        ("gegen 3 Uhr", 2, 30, HOUR),
        ("que s'est-il passé vers 15h ?", 14, 30, HOUR),
        ("qué pasó a las 3", 2, 30, HOUR),
        ("errors between 2 and 4 am", 2, 0, 2 * HOUR),
        ("zwischen 22 und 1 Uhr", 22, 0, 3 * HOUR),
    ],
)
def test_a_time_of_day_is_the_last_one(question: str, hour: int, minutes: int, length: float) -> None:
    span = span_in(question, NOW)
    assert span is not None and NOW - DAY - HOUR <= span.since <= NOW and span.until <= NOW
    began = datetime.fromtimestamp(span.since, tz=UTC).astimezone()
    assert (began.hour, began.minute) == (hour, minutes)
    assert span.until == min(span.since + length, NOW)
    assert span.hours == (NOW - span.since) / HOUR


@pytest.mark.parametrize("question", ["is port 80 at 8083 open", "from 22 to 23 users", "down for about 3 minutes"])
def test_a_mere_number_is_no_time_of_day(question: str) -> None:
    span = span_in(question, NOW)
    assert span is None or span.until == NOW


def test_a_night_is_the_last_one() -> None:
    span = span_in("what happened last night?", NOW)
    assert span is not None and span.since < NOW and 0 < span.hours <= 28.1
    assert span_in("why is nginx down?", NOW) is None
