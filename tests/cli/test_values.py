"""Spans, moments, deadlines and files as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.cli import values
from stillwatch.errors import WrongUsage
from tests.cli.scene import NOW


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90s", 90),
        ("15m", 900),
        ("15min", 900),
        ("1h", 3600),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("2d", 172_800),
        ("1w", 604_800),
        ("2026-11-18T10:06:40Z", 3600),
        ("2026-11-18T11:06:40+01:00", 3600),
        ("2026-11-18 11:05", 100),
        ("2026-11-18", 40_000),
    ],
)
def test_since_takes_spans_and_iso_times(text: str, found: float) -> None:
    assert values.span_or_moment(text, now=NOW) == found


@pytest.mark.parametrize(
    "text",
    ["", "1", "h", "-1h", "1y", "yesterday", "0s", "999999999d", "2030-01-01", "1970-01-01", "1h 2x", "１h", "1h\x00"],
)
def test_since_refuses_the_rest(text: str) -> None:
    with pytest.raises(WrongUsage):
        values.span_or_moment(text, now=NOW)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_wrong_usage(text: str) -> None:
    try:
        assert 0 < values.span_or_moment(text, now=NOW) <= values.LONGEST
    except WrongUsage as error:
        assert "--since" in str(error)


def test_a_moment_ahead() -> None:
    assert values.moment_ahead("12h", now=NOW, option="--until") == NOW + 43_200
    with pytest.raises(WrongUsage):
        values.moment_ahead("2026-01-01", now=NOW, option="--until")


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), 1e9])
def test_a_deadline_is_a_positive_number_of_seconds(value: float) -> None:
    with pytest.raises(WrongUsage, match="--deadline"):
        values.deadline(value)


def test_files_and_folders(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("x")
    assert values.log_file(str(file)) == str(file)
    assert values.log_file("-") == "-"
    assert values.journal_folder(str(tmp_path)) == str(tmp_path)
    for wrong in (str(tmp_path), str(tmp_path / "none"), "a\0b", "x" * 5000, str(file / "below")):
        with pytest.raises(WrongUsage):
            values.log_file(wrong)
    for wrong in (str(file), str(tmp_path / "none"), "a\0b", "x" * 5000):
        with pytest.raises(WrongUsage):
            values.journal_folder(wrong)
