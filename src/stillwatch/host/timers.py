"""Timers that are off: whether one ever ran, by what PID 1 left behind."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from stillwatch.errors import StillwatchError
from stillwatch.host.journal import Journal
from stillwatch.records.unit import UnitState

STAMPS: Final = Path("/var/lib/systemd/timers")
"""Where PID 1 keeps the last run of a timer with Persistent=yes (systemd.timer(5))."""
STARTED_OR_STOPPED: Final = frozenset({"39f53479d3a045ac8e11786248231fbf", "9d1aaa27d60140bd96365438aad20286"})
"""SD_MESSAGE_UNIT_STARTED and SD_MESSAGE_UNIT_STOPPED (systemd/sd-messages.h)."""
MOST_LINES: Final = 1000


def remembered(timer: UnitState, stamps: Path = STAMPS, journal: Path | None = None) -> UnitState:
    """A disabled timer with `active_at` by its stamp and by PID 1's own words in the journal. May block briefly."""
    if timer.active_at or timer.enabled not in ("disabled", "masked"):
        return timer
    return replace(timer, active_at=max(_stamp(stamps / f"stamp-{timer.name}"), _told(timer.name, journal)))


def _stamp(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _told(name: str, path: Path | None) -> float:
    """When PID 1 last said that it started or stopped the timer."""
    try:
        with Journal(path, unit=name) as journal:
            lines = islice(journal.lines(), MOST_LINES)
            times = [line.at for line in lines if line.trusted and line.field("MESSAGE_ID") in STARTED_OR_STOPPED]
    except StillwatchError:
        return 0.0
    return max(times, default=0.0)
