"""A recorded host as sources: what was read when it was taken goes the same way as what is read from a live one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stillwatch.host.unitproperties import unit_event
from stillwatch.reading.source import Read, Readable
from stillwatch.reading.watched import watched_readings, watched_units
from stillwatch.records.recording import Recording
from stillwatch.watch.monitor import Watcher


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedUnits:
    recording: Recording
    name: str = "units"

    async def read(self, watcher: Watcher, ends: float) -> Read:
        units = self.recording.units
        events = [unit_event(unit, self.recording.host, self.recording.at) for unit in units]
        return Read(events=events, units={unit.name: unit for unit in units}, watched=watched_units(units))


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedMetrics:
    recording: Recording
    name: str = "metrics"

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return Read(events=self.recording.metrics, watched=watched_readings(self.recording.metrics))


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedJournal:
    """since: wall seconds; older entries are left out."""

    recording: Recording
    since: float = 0.0
    name: str = "journal"

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return Read(sightings=watcher.see(line for line in self.recording.lines if line.at >= self.since))


def recorded_sources(recording: Recording, since: float) -> Sequence[Readable]:
    """In the order in which a live host is read."""
    return [
        RecordedUnits(recording=recording),
        RecordedMetrics(recording=recording),
        RecordedJournal(recording=recording, since=since),
    ]
