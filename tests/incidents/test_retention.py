from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stillwatch.config import Keep
from stillwatch.incidents.retention import DAY, Retention, Steady
from stillwatch.records.mute import Mute
from stillwatch.store.store import Store
from tests.store.build import evidence, incident

NOW = 1_800_000_000.0


class StillClock:
    """ahead: by how much wall time was set since."""

    def __init__(self, at: float) -> None:
        self.at, self.ahead = at, 0.0

    def now(self) -> float:
        return self.at + self.ahead

    def boot(self) -> float:
        return self.at - 900_000.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def all_of_it(retention: Retention) -> int:
    steps = 0
    while retention.tidy(NOW):
        steps += 1
    return steps


def test_what_is_older_than_its_days_goes(store: Store) -> None:
    for days in (0.5, 2, 9):
        store.samples.add(NOW - days * DAY, {"load": days})
        store.book.save(incident(f"I{int(days * 10)}", state="resolved", updated=NOW - days * DAY))
    store.book.save(incident("I7", state="open", updated=NOW - 99 * DAY))
    assert not Retention(store=store, keep=Keep(readings_days=1, incidents_days=5)).tidy(NOW, by_age=False)
    assert all_of_it(Retention(store=store, keep=Keep(readings_days=1, trends_days=4, incidents_days=5))) == 1
    assert [value for _, value in store.samples.read("load", 0, NOW)] == [2.0, 0.5]
    assert [one.id for one in store.book.recent()] == ["I20", "I7", "I5"]


def test_beyond_its_bytes_the_oldest_goes_and_what_matters_stays(store: Store) -> None:
    for number in range(400):
        name, at = f"I{number + 1}", NOW - 400 + number
        store.book.save(incident(name, state="resolved", updated=at, evidence=evidence(name, 3, "x" * 4000)))
    store.book.save(incident("I999", state="open", updated=NOW - DAY))
    store.memory.mute(Mute(pattern="disk", until=0, by="ann", because=""))
    retention = Retention(store=store, keep=Keep(megabytes=2))
    assert retention.is_over()
    assert all_of_it(retention) > 0 and not retention.is_over()
    kept = {one.id for one in store.book.recent(1000)}
    assert {"I400", "I999"} < kept and "I1" not in kept and len(kept) < 400
    assert store.memory.mutes(NOW)
    assert all_of_it(retention) == 0


def test_what_cannot_be_made_smaller_ends_the_steps(store: Store) -> None:
    for number in range(1, 10):
        store.book.save(incident(f"I{number}", evidence=evidence(f"I{number}", 30, "x" * 16_000)))
    retention = Retention(store=store, keep=Keep(megabytes=1))
    assert retention.is_over() and all_of_it(retention) == 0
    assert retention.report().bytes > retention.report().most_bytes


def test_a_clock_that_leaps_makes_nothing_old_for_a_day() -> None:
    clock = StillClock(NOW)
    assert Steady(clock=clock, newest=NOW - 60) and Steady(clock=clock, newest=0.0)
    steady, late = Steady(clock=clock, newest=NOW), Steady(clock=clock, newest=NOW - 9 * DAY)
    assert not late
    clock.ahead = 10 * 365 * DAY
    assert not steady
    clock.ahead = 0.0
    assert not steady, "back again: which of the two was right is not known yet"
    clock.at += DAY
    assert steady and late
