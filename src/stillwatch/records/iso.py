"""Times in JSON."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(at: float) -> str | None:
    """Seconds since the epoch as "2026-11-22T23:15:02.123Z"; None for 0 and what no calendar holds."""
    if not at > 0:
        return None
    try:
        moment = datetime.fromtimestamp(at, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
