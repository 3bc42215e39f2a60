"""Times in JSON."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.records.iso import iso


@given(st.floats(0.001, 4e10))
def test_it_reads_back_to_the_millisecond(at: float) -> None:
    text = iso(at)
    assert text is not None
    assert text.endswith("Z")
    assert abs(datetime.fromisoformat(text).timestamp() - at) <= 0.001


@pytest.mark.parametrize("at", [0.0, -1.0, 1e300, float("nan"), float("inf")])
def test_what_no_calendar_holds_is_null(at: float) -> None:
    assert iso(at) is None
