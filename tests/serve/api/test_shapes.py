from __future__ import annotations

import math

from stillwatch.serve.api.shapes import Reading


def test_a_reading_that_is_no_number_is_null() -> None:
    assert [Reading.of(0.0, value).value for value in (0.5, math.inf, math.nan)] == [0.5, None, None]
