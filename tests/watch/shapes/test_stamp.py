from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.watch.shapes.stamp import Stamps, find_zone, month_number

NOW = 1_795_388_992.0  # 2026-11-22T23:09:52Z


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """The host's own zone, as TZ sets it."""

    def set_to(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_to
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("stamp", "zone_name", "expected"),
    [
        (b"2026-03-07T03:12:27", b"+01:00", "2026-03-07T02:12:27Z"),
        (b"2026-03-07 03:12:27", b"-0330", "2026-03-07T06:42:27Z"),
        (b"2026-03-07 03:12:27", b"CET", "2026-03-07T02:12:27Z"),
        (b"2026-07-07 03:12:27", b"EDT", "2026-07-07T07:12:27Z"),
        (b"07-Mar-2026 03:12:27", b"Asia/Tokyo", "2026-03-06T18:12:27Z"),
        (b"07/Mar/2026:03:12:27", b"+0100", "2026-03-07T02:12:27Z"),
        (b"Sat Mar  7 03:12:27 2026", b"UTC", "2026-03-07T03:12:27Z"),
        (b"Sat Mar  7 03:12:27 CET 2026", None, "2026-03-07T02:12:27Z"),
        (b"03/07/2026 03:12:27 PM", b"Z", "2026-03-07T15:12:27Z"),
        (b"27/07/2026 03:12:27", b"Z", "2026-07-27T03:12:27Z"),
        (b"07.03.2026 03:12:27", b"Z", "2026-03-07T03:12:27Z"),
        (b"20260307 031227", b"Z", "2026-03-07T03:12:27Z"),
        (b"260307  3:12:27", b"Z", "2026-03-07T03:12:27Z"),
        (b"1772849547", None, "2026-03-07T02:12:27Z"),
        (b"2026-06-30T23:59:60", b"Z", "2026-07-01T00:00:00Z"),
    ],
)
def test_a_time_with_its_zone_is_that_moment(stamp: bytes, zone_name: bytes | None, expected: str) -> None:
    assert Stamps(NOW).read(stamp, None, zone_name) == at(expected)


def test_fractions_are_kept() -> None:
    assert Stamps(NOW).read(b"2026-03-07T03:12:27", b"123456", b"Z") == pytest.approx(
        at("2026-03-07T03:12:27Z") + 0.123456
    )


def test_without_a_zone_the_hosts_own_counts_with_its_summer_time(zone: Callable[[str], None]) -> None:
    zone("Europe/Berlin")
    stamps = Stamps(NOW)
    assert stamps.read(b"2026-01-07 12:00:00", None, None) == at("2026-01-07T11:00:00Z")
    assert stamps.read(b"2026-07-07 12:00:00", None, None) == at("2026-07-07T10:00:00Z")
    assert stamps.read(b"Jul  7 12:00:00", None, None) == at("2026-07-07T10:00:00Z")
    zone("America/New_York")
    assert Stamps(NOW).read(b"2026-07-07 12:00:00", None, None) == at("2026-07-07T16:00:00Z")


def test_a_year_that_is_missing_is_the_latest_that_is_not_ahead(zone: Callable[[str], None]) -> None:
    zone("Europe/Berlin")
    stamps = Stamps(at("2026-01-01T00:30:00+01:00"))
    assert stamps.read(b"Dec 31 23:59:58", None, None) == at("2025-12-31T22:59:58Z")
    assert stamps.read(b"Jan  1 00:00:03", None, None) == at("2025-12-31T23:00:03Z")
    assert Stamps(at("2026-06-01T00:00:00Z"), zone=UTC).read(b"Feb 29 12:00:00", None, None) == at(
        "2024-02-29T12:00:00Z"
    )


def test_a_clock_without_a_date_is_of_today_or_yesterday() -> None:
    stamps = Stamps(at("2026-03-07T03:00:00Z"), zone=UTC)
    assert stamps.read(b"02:59:00", b"5", None) == at("2026-03-07T02:59:00.500Z")
    assert stamps.read(b"23:00:00", None, None) == at("2026-03-06T23:00:00Z")


@pytest.mark.parametrize(
    ("name", "number"),
    [("März", 3), ("mär", 3), ("janv.", 1), ("août", 8), ("okt", 10), ("Dez", 12), ("мар", 3), ("3月", 3),
     ("12월", 12), ("13月", None), ("Mai", 5), ("sie", 8), ("Foo", None)],
)  # fmt: skip
def test_months_have_names_in_every_language_of_the_c_library(name: str, number: int | None) -> None:
    assert month_number(name) == number


def test_what_no_calendar_has_is_no_time() -> None:
    stamps = Stamps(NOW)
    for text in (b"2026-13-45 99:99:99", b"Foo 99 99:99:99", b"Nov 31 10:00:00", b"", b"never"):
        assert stamps.read(text, None, None) is None


def test_a_zone_that_nobody_knows_is_none() -> None:
    assert find_zone("XYZ") is None
    assert find_zone("Mars/Olympus") is None


@given(st.binary(max_size=40), st.sampled_from([None, b"CET", b"+9999"]))
def test_any_bytes_are_a_time_or_none(stamp: bytes, zone_name: bytes | None) -> None:
    found = Stamps(NOW).read(stamp, None, zone_name)
    assert found is None or isinstance(found, float)
