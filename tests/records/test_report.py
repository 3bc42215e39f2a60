from __future__ import annotations

from stillwatch.records.report import StoreReport


def test_what_is_kept_is_said_with_its_limits() -> None:
    said = str(
        StoreReport(bytes=1_234_567, most_bytes=512_000_000, readings_days=7, trends_days=400, incidents_days=0.5)
    )
    assert all(part in said for part in ("1.2", "512 MB", "7 days", "0.5"))
