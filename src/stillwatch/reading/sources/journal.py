"""The journal: of this host, or the one in another directory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from stillwatch.host.journal import Journal
from stillwatch.host.journalfiles import closed_to_us
from stillwatch.ports import Clock
from stillwatch.reading.source import Following, Read, Source, Wanted
from stillwatch.reading.until import Until, hosts_of, problem_of
from stillwatch.records.line import Line
from stillwatch.watch.monitor import Watcher

ORDER: Final = 40
BATCH = 5_000
PATIENCE = 1.0
"""Seconds to wait for journald's wake-up before looking anyway; journald announces at most every 250 ms."""
FIRST_LOOK_BACK = 600.0
"""At the very first start of a daemon, how far back the journal is read."""


def here(wanted: Wanted) -> Sequence[Source]:
    if wanted.journal is False:
        return ()
    return [JournalSource(wanted.journal if isinstance(wanted.journal, str) else None, wanted.since, wanted.clock)]


class JournalSource:
    """The host's journal, or the one at `path`; since: seconds since the epoch. Opened at once, so that errors show."""

    name = "journal"
    beside = False

    def __init__(self, path: str | None, since: float, clock: Clock) -> None:
        self._path, self._since, self._clock = Path(path) if path else None, since, clock

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return await asyncio.to_thread(self._read, watcher, ends)

    def _read(self, watcher: Watcher, ends: float) -> Read:
        with Journal(self._path, since=self._since) as journal:
            lines = Until(journal.lines(), self._clock, ends)
            sightings = watcher.see(lines)
            problems = [*journal.problems, *self._closed()]
            return Read(
                sightings=sightings,
                whole=not lines.cut and not problems,
                problem=problem_of(problems, lines.cut, sightings.lines),
                hosts=hosts_of(sightings, ()) if self._path else (),
            )

    def _closed(self) -> list[str]:
        """Of this host's journal: what is kept from whoever reads it, so that silence is not taken for health."""
        if self._path is not None or not closed_to_us():
            return []
        return ["only a part may be read by this user: run it with sudo, or join the group systemd-journal"]

    async def follow(self, following: Following) -> None:
        """Batches of at most BATCH lines. A flood is read as fast as it is judged; journald keeps the rest."""
        cursor = following.place(self.name)
        with Journal(self._path, cursor=cursor, since=self._clock.now() - FIRST_LOOK_BACK) as journal:
            following.hear(Read())
            while True:
                sightings = await following.see(islice(journal.lines(), BATCH))
                if sightings.lines:
                    problem = "; ".join(journal.problems[-3:])
                    following.hear(Read(sightings=sightings, places={self.name: journal.cursor()}, problem=problem))
                if sightings.lines < BATCH:
                    await _wake(journal)


def read_journal(*, since: float, unit: str | None = None, matches: Sequence[str] = ()) -> Iterator[Line]:
    """Lines of the host's journal for the look tools. Raises NotReachable."""
    with Journal(since=since, unit=unit or "", matches=matches) as journal:
        yield from journal.lines()


async def _wake(journal: Journal) -> None:
    loop, news = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(journal.fileno(), news.set)
    try:
        async with asyncio.timeout(PATIENCE):
            await news.wait()
    except TimeoutError:
        pass
    finally:
        loop.remove_reader(journal.fileno())
    journal.changed()
