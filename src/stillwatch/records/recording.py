"""A host as it was at one moment, to be looked at later and elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from stillwatch.records.event import Event
from stillwatch.records.line import Line
from stillwatch.records.look import Seen
from stillwatch.records.unit import UnitState


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """at: when it was taken, seconds since the epoch; lines: its journal, oldest first; looks: what look tools saw."""

    host: str
    at: float
    units: tuple[UnitState, ...]
    metrics: tuple[Event, ...]
    looks: tuple[Seen, ...]
    lines: tuple[Line, ...] = ()
