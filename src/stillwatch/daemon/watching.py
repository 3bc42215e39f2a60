"""What the daemon makes of its sources while it follows them: each part is judged, kept and told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from stillwatch.daemon.standing import Standing
from stillwatch.reading.source import Following, Read, Source
from stillwatch.records.report import SourceReport
from stillwatch.records.trigger import Trigger
from stillwatch.store.store import Store
from stillwatch.think.diagnosis.unknown_lines import UnknownLines
from stillwatch.watch.monitor import Sightings, Watcher


@dataclass(kw_only=True)
class Watching:
    """beside: judges what is read beside the journal, in a thread of its own; hear: takes triggers, and the places that
    they came from, by thing."""

    now: Callable[[], float]
    watcher: Watcher
    beside: Watcher | None
    store: Store
    standing: Standing
    unknown_lines: UnknownLines
    hear: Callable[[Sequence[Trigger], Mapping[str, str]], None]
    sleep: Callable[[float], Awaitable[None]]
    _turns: dict[int, asyncio.Lock] = field(default_factory=dict)

    async def follow(self, source: Source) -> None:
        """For ever. Raises what the source raises."""
        watcher = self.beside if source.beside and self.beside else self.watcher
        following = Following(
            watcher=watcher,
            hear=lambda read: self.take(source, read, watcher),
            place=self.store.cursor,
            sleep=self.sleep,
            turn=self._turns.setdefault(id(watcher), asyncio.Lock()),
        )
        await source.follow(following)

    def take(self, source: Source, read: Read, watcher: Watcher) -> None:
        """A part of what a source says."""
        if read.units is not None:
            self.standing.units = dict(read.units)
        triggers = list(watcher.judge(read.events))
        if read.measured:
            self.standing.beyond[source.name] = frozenset((one.rule, one.subject) for one in triggers)
        if read.samples:
            self.store.samples.add(self.now(), dict(read.samples))
        if read.sightings is not None:
            triggers += self._seen(read.sightings, watcher)
        self.standing.sources[source.name] = SourceReport(
            name=source.name, read=read.whole, problem=read.problem, watched=read.watched
        )
        self.hear(triggers, read.places)
        if read.units is not None:
            self.standing.units_asked.set()

    def _seen(self, seen: Sightings, watcher: Watcher) -> Sequence[Trigger]:
        """What the rules found, and trouble that they do not know."""
        self.standing.lines += seen.lines
        self.standing.unread += seen.unread
        self.standing.crowded_out += seen.dropped
        self.unknown_lines.hear(seen.novel)
        return (*seen.triggers, *watcher.unknown(seen.novel, seen.triggers))
