from __future__ import annotations

from stillwatch.think.talk.extremes import tell_extremes
from stillwatch.think.talk.named import Named
from stillwatch.think.talk.topic import Asking, Words

from .hosts import CLOCK, NOW, known

LOAD = Words(en="load", de="Last", fr="charge")


def told(question: str, readings: list[tuple[float, float]]) -> str:
    here = known(samples=lambda metric, since, until: [one for one in readings if since <= one[0] <= until])
    ask = Asking(question=question, language="en", named=Named(), known=here, looks=None, clock=CLOCK)
    tell_extremes(ask, "load", LOAD, lambda value: f"{value:.1f}")
    return ask.text()


def test_the_highest_and_the_lowest_are_told_where_they_are_asked_for() -> None:
    readings = [(NOW - 90_000, 9.9), (NOW - 3600, 0.5), (NOW - 1800, 3.5), (NOW - 60, 1.5)]
    text = told("what was the highest load?", readings)
    assert "0.5" in text and "3.5" in text and "9.9" not in text
    assert told("what is the load?", readings) == ""
    assert "no readings" in told("peak load", [])
