"""The things a pass reads: each turns one room of host/ into what gather.py understands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.host.journal import Journal
from stillwatch.host.journalfiles import closed_to_us
from stillwatch.host.logfile import LogFile
from stillwatch.host.metrics import read_metrics
from stillwatch.host.systemd import Systemd, is_init
from stillwatch.host.unitproperties import unit_events
from stillwatch.host.usage import read_usage
from stillwatch.ports import Clock
from stillwatch.reading.gather import Read
from stillwatch.reading.pipe_reader import PipeReader, may_fall_silent
from stillwatch.reading.watched import watched_readings, watched_units
from stillwatch.records.event import Event
from stillwatch.records.line import Line
from stillwatch.records.trigger import Trigger
from stillwatch.watch.monitor import Sightings, Watcher
from stillwatch.watch.shapes.reader import Block
from stillwatch.watch.stream import Counts, triage_lines, triage_text

T = TypeVar("T")
IN_CONTAINER = Path("/run/systemd/container")
"""Written by systemd where it finds itself in one (systemd's container interface)."""
TAIL_BYTES = 1 << 20
LINES_BETWEEN_LOOKS = 2048


class JournalSource:
    """The host's journal, or the one at `path`; since: seconds since the epoch. Opened at once, so that errors show."""

    name = "journal"

    def __init__(self, path: str | None, since: float, clock: Clock) -> None:
        self._path, self._since, self._clock = path, since, clock

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return await asyncio.to_thread(self._read, watcher, ends)

    def _read(self, watcher: Watcher, ends: float) -> Read:
        with Journal(Path(self._path) if self._path else None, since=self._since) as journal:
            lines = _Until(journal.lines(), self._clock, ends)
            sightings = watcher.see(lines)
            problems = [*journal.problems, *self._closed()]
            return Read(
                sightings=sightings,
                whole=not lines.cut and not problems,
                problem=_problem(problems, lines.cut, sightings.lines),
                hosts=_hosts(sightings, ()) if self._path else (),
            )

    def _closed(self) -> list[str]:
        """Of this host's journal: what is kept from whoever reads it, so that silence is not taken for health."""
        if self._path is not None or not closed_to_us():
            return []
        return ["only a part may be read by this user: run it with sudo, or join the group systemd-journal"]


class LogSource:
    """Log text from a file or "-". A file is opened at once, so that errors show; a pipe only when it is read."""

    def __init__(self, file: str, clock: Clock, *, beside: bool = False, since: float = 0.0) -> None:
        """beside: one source among others, so that a file that cannot be read is only unread, and one that was just
        rotated has said nothing; since: of its last megabyte only what was said after that (seconds since the epoch),
        0 for all of it."""
        self.name = f"log {file}" if beside else "log"
        self._clock, self._beside, self._since, now = clock, beside, since, clock.now()
        tail = TAIL_BYTES if since else 0
        self._open = partial(LogFile, file, now=now, uptime=clock.boot(), tail=tail, may_be_empty=beside)
        self._log = None if beside or may_fall_silent(file) else self._open()

    async def read(self, watcher: Watcher, ends: float) -> Read:
        try:
            self._log = self._open() if self._beside else self._log
        except WrongUsage as error:
            raise NotReachable(str(error)) from error
        return await asyncio.to_thread(self._read, watcher, ends)

    def _read(self, watcher: Watcher, ends: float) -> Read:
        if self._log is None:
            return self._read_patiently(watcher, ends)
        with self._log as log:
            blocks = _Until(log.blocks(), self._clock, ends, between=1)
            return self._judged(watcher, log, blocks, lambda: blocks.cut)

    def _read_patiently(self, watcher: Watcher, ends: float) -> Read:
        def late() -> bool:
            return self._clock.boot() >= ends

        patient = PipeReader(self._open)
        log = patient.opened(late)
        if log is None:
            return Read(whole=False, problem="nothing came within the deadline")
        return self._judged(watcher, log, patient.blocks(late), lambda: not patient.ended)

    def _judged(self, watcher: Watcher, log: LogFile, blocks: Iterable[Block], is_cut: Callable[[], bool]) -> Read:
        sightings = watcher.see_text(blocks, log.reader)
        if self._since:
            lately = tuple(trigger for trigger in sightings.triggers if trigger.last >= self._since)
            sightings = replace(sightings, triggers=lately, novel=())
        cut = is_cut()
        return Read(
            sightings=sightings,
            whole=not cut and not log.problems,
            problem=_problem(log.problems, cut, sightings.lines),
            hosts=_hosts(sightings, log.reader.hosts),
        )


class UnitSource:
    """The units as PID 1 tells them. Read before the journal: a container's kernel log tells of foreign units too."""

    name = "units"

    def __init__(self, host: str, clock: Clock) -> None:
        self._host, self._clock = host, clock

    async def read(self, watcher: Watcher, ends: float) -> Read:
        if not is_init():
            raise NotReachable("systemd is not the init of this host")
        async with Systemd() as systemd:
            units = await systemd.units()
        if _in_container():
            watcher.units = frozenset(unit.name for unit in units)
        now, known = self._clock.now(), {unit.name: unit for unit in units}
        events = unit_events(units, self._host, now, known)
        return Read(events=events, units=known, watched=watched_units(units))


class MetricSource:
    """Memory, processors, file systems, pressure."""

    name = "metrics"

    def __init__(self, host: str, clock: Clock) -> None:
        self._host, self._clock = host, clock

    async def read(self, watcher: Watcher, ends: float) -> Read:
        now = self._clock.now()
        readings, (used, unseen) = await asyncio.gather(read_metrics(self._host, now), self._used(now))
        problems = [*unseen, *readings.problems]
        return Read(
            events=(*readings.events, *used),
            whole=not problems,
            problem="; ".join(problems[:3]),
            watched=watched_readings(readings.events),
        )

    async def _used(self, now: float) -> tuple[list[Event], list[str]]:
        try:
            return await read_usage(self._host, now), []
        except NotReachable as error:
            return [], [str(error)]


def read_journal(*, since: float, unit: str | None = None, matches: Sequence[str] = ()) -> Iterator[Line]:
    """Lines of the host's journal for the look tools. Raises NotReachable."""
    with Journal(since=since, unit=unit or "", matches=matches) as journal:
        yield from journal.lines()


class TriageRun:
    """Triggers of a whole journal or log as they complete; `lines`, `triggers`, `dropped`, `seconds` count along."""

    def __init__(self, watcher: Watcher, journal: str | None, log: str | None, clock: Clock) -> None:
        self._watcher, self._journal, self._log, self._clock = watcher, journal, log, clock
        self._counts = Counts()

    def __iter__(self) -> Iterator[Trigger]:
        if self._log is not None:
            with LogFile(self._log, now=self._clock.now(), uptime=self._clock.boot()) as log:
                yield from triage_text(self._watcher, log.blocks(), log.reader, self._counts)
            return
        with Journal(Path(self._journal) if self._journal else None) as journal:
            yield from triage_lines(self._watcher, journal.lines(), self._counts)

    @property
    def lines(self) -> int:
        return self._counts.lines

    @property
    def triggers(self) -> int:
        return self._counts.triggers

    @property
    def dropped(self) -> int:
        return self._counts.dropped

    @property
    def seconds(self) -> float:
        return self._counts.seconds


class _Until(Iterable[T]):
    """The items until the boot clock reaches `ends`; `cut` tells whether some were left."""

    def __init__(self, items: Iterable[T], clock: Clock, ends: float, between: int = LINES_BETWEEN_LOOKS) -> None:
        self._items, self._clock, self._ends, self._between = items, clock, ends, between
        self.cut = False

    def __iter__(self) -> Iterator[T]:
        left = self._between
        for item in self._items:
            left -= 1
            if not left:
                left = self._between
                if self._clock.boot() >= self._ends:
                    self.cut = True
                    return
            yield item


def _hosts(sightings: Sightings, told: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*told, *(trigger.host for trigger in sightings.triggers))))


def _in_container() -> bool:
    return IN_CONTAINER.exists()


def _problem(problems: Sequence[str], cut: bool, lines: int) -> str:
    late = [f"only the first {lines:,} entries were read within the deadline"] if cut else []
    return "; ".join([*problems[:3], *late])
