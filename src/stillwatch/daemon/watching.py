"""The sources of the daemon, each followed for as long as it can be read: journal, logs, units, metrics."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from stillwatch.daemon.standing import Standing
from stillwatch.errors import NotReachable
from stillwatch.host.journal import Journal
from stillwatch.host.metrics import read_metrics
from stillwatch.host.systemd import Systemd, is_init
from stillwatch.host.unitproperties import unit_events
from stillwatch.host.usage import read_usage
from stillwatch.ports import Clock
from stillwatch.reading.follow import NOWHERE, follow
from stillwatch.reading.follow import follow_logs as follow_files
from stillwatch.reading.sources import IN_CONTAINER
from stillwatch.reading.watched import watched_readings, watched_units
from stillwatch.records.event import Event
from stillwatch.records.report import SourceReport
from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.store.store import Store
from stillwatch.think.diagnosis.unknown_lines import UnknownLines
from stillwatch.watch.monitor import Sightings, Watcher

SETTLE_SECONDS = 0.3
"""Changes of one cause come within moments of each other; they are looked at together."""
METRIC_SECONDS = 15.0
USE_SECONDS = 60.0
UNIT_SECONDS = 60.0
FIRST_LOOK_BACK = 600.0
"""At the very first start, how far back the journal is read."""


@dataclass(kw_only=True)
class Watching:
    """hear: takes triggers, and the places in the journal and in the logs that they came from."""

    host: str
    clock: Clock
    watcher: Watcher
    log_watcher: Watcher | None
    store: Store
    standing: Standing
    wonder: UnknownLines
    hear: Callable[[Sequence[Trigger], str, Mapping[str, str]], None]
    journal: Path | None
    logs: Sequence[str]
    sleep: Callable[[float], Awaitable[None]]
    _picture_due: asyncio.Event = field(default_factory=asyncio.Event)
    _picture: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def follow_journal(self) -> None:
        cursor = self.store.cursor()
        with Journal(self.journal, cursor=cursor, since=self.clock.now() - FIRST_LOOK_BACK) as journal:
            self.standing.sources["journal"] = SourceReport(name="journal", read=True)
            async for batch in follow(journal, self.watcher):
                self.standing.lines += batch.sightings.lines
                self.standing.crowded_out += batch.sightings.dropped
                self.wonder.hear(batch.sightings.novel)
                self.hear(_with_unknown(batch.sightings, self.watcher), batch.cursor, NOWHERE)
                problem = "; ".join(journal.problems[-3:])
                self.standing.sources["journal"] = SourceReport(name="journal", read=True, problem=problem)

    async def follow_logs(self) -> None:
        """With a watcher of its own: it counts in a thread beside the journal's."""
        watcher = self.log_watcher or self.watcher
        places, told = {path: self.store.cursor(path) for path in self.logs}, dict[str, str]()
        async with aclosing(follow_files(self.logs, watcher, self.clock.now, self.sleep, places)) as batches:
            async for batch in batches:
                self.standing.lines += batch.sightings.lines
                self.standing.unread += batch.unread
                self.standing.crowded_out += batch.sightings.dropped
                self.wonder.hear(batch.sightings.novel)
                read = batch.places if batch.places != told else NOWHERE
                self.hear(_with_unknown(batch.sightings, watcher), "", read)
                told = batch.places
                self.standing.sources["logs"] = SourceReport(name="logs", read=not batch.problem, problem=batch.problem)

    async def follow_units(self) -> None:
        if not is_init():
            raise NotReachable("systemd is not the init of this host")
        async with Systemd() as systemd, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._unit_changes(systemd))
            tasks.create_task(self._refresh_units(systemd))

    async def _unit_changes(self, systemd: Systemd) -> None:
        async for unit in systemd.watch(self._picture_due.set):
            async with self._picture:
                self._note_units([unit])

    async def _refresh_units(self, systemd: Systemd) -> None:
        """The whole picture: first when changes are listened for already, so that none falls between the two; then
        when units were enabled or disabled, which shows in it alone; and now and then, since signals can be lost."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._picture_due.wait(), UNIT_SECONDS)
            self._picture_due.clear()
            async with self._picture:  # an older picture must not cover a newer change
                await self._all_units(systemd)
            await self.sleep(SETTLE_SECONDS)

    async def _all_units(self, systemd: Systemd) -> None:
        units = await systemd.units()
        self.standing.units = {unit.name: unit for unit in units}
        if IN_CONTAINER.exists():
            self.watcher.units = frozenset(self.standing.units)
        self._note_units(units)
        self.standing.sources["units"] = SourceReport(name="units", read=True, watched=watched_units(units))
        self.standing.units_asked.set()

    def _note_units(self, units: Sequence[UnitState]) -> None:
        now = self.clock.now()
        for unit in units:
            self.standing.units[unit.name] = unit
        self.hear(self.watcher.judge(unit_events(units, self.host, now, self.standing.units)), "", NOWHERE)

    async def sample(self) -> None:
        while True:
            now = self.clock.now()
            readings = await read_metrics(self.host, now)
            triggers = self.watcher.judge(readings.events)
            self.standing.metrics = _named(triggers)
            problem = "; ".join(readings.problems[:3])
            watched = watched_readings(readings.events)
            self.standing.sources["metrics"] = SourceReport(
                name="metrics", read=not problem, problem=problem, watched=watched
            )
            self.store.samples.add(now, {_metric_name(event): event.value or 0.0 for event in readings.events})
            self.hear(triggers, "", NOWHERE)
            await self.sleep(METRIC_SECONDS)

    async def sample_use(self) -> None:
        """Less often than metrics: it costs more, and what it finds lasts."""
        while True:
            triggers = self.watcher.judge(await read_usage(self.host, self.clock.now()))
            self.standing.used = _named(triggers)
            self.standing.fine("processes")
            self.hear(triggers, "", NOWHERE)
            await self.sleep(USE_SECONDS)


def _named(triggers: Sequence[Trigger]) -> frozenset[tuple[str, str]]:
    return frozenset((trigger.rule, trigger.subject) for trigger in triggers)


def _metric_name(event: Event) -> str:
    return f"{event.fields['metric']} {event.subject}".strip()


def _with_unknown(seen: Sightings, watcher: Watcher) -> tuple[Trigger, ...]:
    """What the rules found, and trouble that they do not know."""
    return (*seen.triggers, *watcher.unknown(seen.novel, seen.triggers))
