"""The things a pass reads: each turns one room of host/ into what gather.py understands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from stillwatch.gather import Read
from stillwatch.host.journal import Journal
from stillwatch.host.logfile import LogFile
from stillwatch.ports import Clock
from stillwatch.watch.monitor import Watcher

T = TypeVar("T")
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
            return Read(
                sightings=sightings,
                whole=not lines.cut and not journal.problems,
                problem=_problem(journal.problems, lines.cut, sightings.lines),
            )


class LogSource:
    """Log text from a file or "-"."""

    name = "log"

    def __init__(self, file: str, clock: Clock) -> None:
        self._log, self._clock = LogFile(file, now=clock.now()), clock

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return await asyncio.to_thread(self._read, watcher, ends)

    def _read(self, watcher: Watcher, ends: float) -> Read:
        with self._log as log:
            lines = _Until(log.raw(), self._clock, ends)
            sightings = watcher.see_raw(lines, log.parse)
            return Read(
                sightings=sightings,
                whole=not lines.cut and not log.problems,
                problem=_problem(log.problems, lines.cut, sightings.lines),
            )


class _Until(Iterable[T]):
    """The items until the boot clock reaches `ends`; `cut` tells whether some were left."""

    def __init__(self, items: Iterable[T], clock: Clock, ends: float) -> None:
        self._items, self._clock, self._ends = items, clock, ends
        self.cut = False

    def __iter__(self) -> Iterator[T]:
        left = LINES_BETWEEN_LOOKS
        for item in self._items:
            left -= 1
            if not left:
                left = LINES_BETWEEN_LOOKS
                if self._clock.boot() >= self._ends:
                    self.cut = True
                    return
            yield item


def _problem(problems: Sequence[str], cut: bool, lines: int) -> str:
    late = [f"only the first {lines:,} entries were read within the deadline"] if cut else []
    return "; ".join([*problems[:3], *late])
