from __future__ import annotations

import pytest

from stillwatch.records.amount import size, span


@pytest.mark.parametrize(("count", "said"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (2**40 * 3, "3.0 TiB")])
def test_bytes(count: int, said: str) -> None:
    assert size(count) == said


def test_how_long() -> None:
    assert [span(one) for one in (5, 300, 7_300, 864_000)] == ["5 s", "5 min", "2 h", "10 days"]
    assert span(864_000, "fr") == "10 jours" and span(-1) == "0 s"
