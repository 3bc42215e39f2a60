from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stillwatch.store import samples as room
from stillwatch.store.database import Database
from stillwatch.store.store import Store

READINGS = {f"metric-{number}": number / 40 for number in range(40)}


def test_read_back_in_order_and_within_bounds(tmp_path: Path) -> None:
    samples = Store.open(tmp_path).samples
    for at in (3.0, 1.0, 2.0):
        samples.add(at, {"load": at})
    assert samples.read("load", 1.0, 3.0) == [(1.0, 1.0), (2.0, 2.0)]
    assert samples.read("load", 0.0, 9.0, limit=1) == [(3.0, 3.0)]
    assert samples.read("none", 0.0, 9.0) == []
    assert samples.metrics() == ["load"]


def test_a_second_reading_of_a_moment_replaces_the_first(tmp_path: Path) -> None:
    samples = Store.open(tmp_path).samples
    samples.add(1.0, {"load": 1.0})
    samples.add(1.0, {"load": 2.0})
    assert samples.read("load", 0, 9) == [(1.0, 2.0)]


def test_retention(tmp_path: Path) -> None:
    samples = Store.open(tmp_path).samples
    for at in range(10):
        samples.add(float(at), READINGS)
    assert samples.prune(10.0, keep=3.0) == 7 * 40
    assert [at for at, _ in samples.read("metric-7", 0, 99)] == [0.0, 7.0, 8.0, 9.0]


def test_what_is_too_old_becomes_its_hour_and_stays_one_however_it_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_ROWS_AT_ONCE", 3)
    samples = Store.open(tmp_path).samples
    for at, value in ((3600.0, 1.0), (4000.0, 2.0), (5000.0, 6.0), (7199.0, 3.0), (7200.0, 9.0)):
        samples.add(at, {"load": value, "swap": value})
    steps = list(iter(lambda: samples.prune(8000.0, keep=700.0), 0))
    assert sum(steps) == 10 and max(steps) == 3
    assert samples.read("load", 0, 9000) == samples.read("swap", 0, 9000) == [(3600.0, 3.0), (7200.0, 9.0)]
    assert samples.read("load", 3601, 9000) == [(7200.0, 9.0)]
    (low, high) = samples._database.rows("SELECT low, high FROM hour WHERE at = 3600")[0]
    assert (low, high) == (1.0, 6.0)


def test_a_long_span_is_read_by_the_hour(tmp_path: Path) -> None:
    samples = Store.open(tmp_path).samples
    for at in range(0, 3 * 86_400, 900):
        samples.add(float(at), {"load": float(at // 3600)})
    samples.prune(86_400.0 + 1800.0, keep=0.0)
    found = samples.read("load", 0.0, 3 * 86_400.0)
    assert found == [(hour * 3600.0, float(hour)) for hour in range(72)]
    assert len(samples.read("load", 2 * 86_400.0, 3 * 86_400.0)) == 96


def test_a_reading_is_in_its_hour_or_by_itself_when_it_is_killed_on_the_way_r31(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, real = Store.open(tmp_path), Database.run
    store.samples.add(1.0, {"load": 4.0})

    def killed(self: Database, statement: str, values: Any = ()) -> int:
        if statement.startswith("DELETE"):
            raise KeyboardInterrupt
        return real(self, statement, values)

    monkeypatch.setattr(Database, "run", killed)
    with pytest.raises(KeyboardInterrupt):
        store.samples.prune(99.0, keep=0.0)
    monkeypatch.setattr(Database, "run", real)
    assert store.samples.prune(99.0, keep=0.0) == 1
    assert store.database.rows("SELECT total, count FROM hour") == [(4.0, 1)]


def test_the_oldest_hour_goes_first_and_then_the_days(tmp_path: Path) -> None:
    samples = Store.open(tmp_path).samples
    assert samples.drop_oldest() == 0
    for at in (0.0, 1800.0, 3599.0, 3600.0, 9000.0):
        samples.add(at, {"load": at, "swap": at} if at else {"load": at})
    assert samples.drop_oldest() == 5
    assert [at for at, _ in samples.read("swap", 0, 1e5)] == [0.0, 3600.0, 9000.0]
    assert samples.drop_oldest() == 2 and samples.drop_oldest() == 2
    assert samples.drop_oldest() == 6 and samples.drop_oldest() == 0 and samples.metrics() == []


def test_names_are_bounded_and_go_with_their_last_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_METRICS", 2)
    samples = Store.open(tmp_path).samples
    samples.add(1.0, {"load": 1.0, "swap": 1.0, "disk": 1.0})
    samples.add(9000.0, {"load": 2.0})
    assert samples.metrics() == ["load", "swap"] and samples.newest() == 9000.0
    samples.prune(9000.0, keep=100.0)
    assert samples.prune_hours(3600.0) == 2 and samples.metrics() == ["load"]


def test_a_name_first_seen_in_a_failed_transaction_is_not_remembered(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    try:
        with store.transaction():
            store.samples.add(1.0, {"load": 1.0})
            raise RuntimeError
    except RuntimeError:
        pass
    store.samples.add(2.0, {"other": 2.0, "load": 3.0})
    assert store.samples.read("load", 0, 9) == [(2.0, 3.0)]
    assert store.samples.read("other", 0, 9) == [(2.0, 2.0)]


def test_a_tick_of_40_known_metrics_is_one_read_and_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = Store.open(tmp_path).samples
    samples.add(0.0, READINGS)
    seen = list[str]()

    def noted(name: str, real: Any) -> Any:
        def call(*given: Any) -> Any:
            seen.append(name)
            return real(*given)

        return call

    for name in ("rows", "run", "run_many"):
        monkeypatch.setattr(Database, name, noted(name, getattr(Database, name)))
    samples.add(1.0, READINGS)
    assert seen == ["rows", "run_many"]
