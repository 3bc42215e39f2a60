from __future__ import annotations

from stillwatch.think.diagnosis.causes.facts import (
    BEFORE,
    before,
    binary_size,
    clock_time,
    number,
    rows,
    since,
    size,
    text,
)


def test_odd_rows_are_left_out() -> None:
    assert rows({"x": [1, {"a": 1}, None]}, "x") == [{"a": 1}]
    assert rows({"x": 5}, "x") == []
    assert text({"a": None, "b": 7}, "a", "b") == "7"
    assert number({"a": float("nan"), "b": "7"}, "a", "b") == 0


def test_sizes_for_people() -> None:
    assert [size(n) for n in (12, 1500, 2_500_000_000)] == ["12 bytes", "1.5 kB", "2.5 GB"]


def test_times_for_people() -> None:
    now = 1_800_000_000.0
    assert clock_time(now - 60, now) == "at 07:59:00 UTC"
    assert clock_time(now - 86400, now) == "on 2027-01-14 at 08:00:00 UTC"
    assert clock_time(0.0, now) == ""
    assert [since(now - ago, now) for ago in (600, 7200, 3 * 86400)] == [
        "until 10 minutes ago",
        "until 2 hours ago",
        "until 3 days ago",
    ]
    assert since(now - 5, now).startswith("until just")
    assert f", just {BEFORE}" in before(now - 1, now, now)
    assert before(now - 30, now, now).endswith(f", 30 seconds {BEFORE}")
    assert before(now - 600, now, now).endswith(f", 10 minutes {BEFORE}")
    assert before(now + 5, now, now) == "at 08:00:05 UTC"


def test_limits_as_unit_files_write_them() -> None:
    assert [binary_size(n) for n in (12, 200 << 20, 3 << 29)] == ["12 bytes", "200 MiB", "1.5 GiB"]
