from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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
    assert samples.read("metric-7", 0, 99)[0][0] == 7.0


def test_the_oldest_hour_goes_first(tmp_path: Path) -> None:
    samples = Store.open(tmp_path).samples
    assert samples.drop_oldest() == 0
    for at in (0.0, 1800.0, 3599.0, 3600.0, 9000.0):
        samples.add(at, {"load": at, "swap": at} if at else {"load": at})
    assert samples.drop_oldest() == 5
    assert [at for at, _ in samples.read("swap", 0, 1e9)] == [3600.0, 9000.0]
    assert samples.drop_oldest() == 2 and samples.drop_oldest() == 2 and samples.drop_oldest() == 0


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
