"""Log text: files that the configuration names, error logs of servers that do not speak to the journal, pipes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.host.errorlogs import error_logs, owned_logs
from stillwatch.host.inotify import Inotify
from stillwatch.host.log_follower import LogFollower
from stillwatch.host.logfile import LogFile
from stillwatch.ports import Clock
from stillwatch.reading.pipe_reader import PipeReader, may_fall_silent
from stillwatch.reading.source import NOWHERE, Following, Read, Source, Wanted
from stillwatch.reading.until import Until, hosts_of, problem_of
from stillwatch.records.line import Line
from stillwatch.records.unread import Unread
from stillwatch.unit.names import is_unit
from stillwatch.watch.monitor import Sightings, Watcher
from stillwatch.watch.novelty import Novel
from stillwatch.watch.shapes.reader import Block

NOTHING_CAME: Final = "nothing came within the deadline"
ORDER: Final = 50
BATCH = 5_000
PATIENCE = 1.0
"""Seconds between looks at a log that the kernel tells no changes of."""
SILENCE = 5.0
"""Seconds after which a log is looked at although the kernel told of no change."""
TAIL_BYTES = 1 << 20


def here(wanted: Wanted) -> Sequence[Source]:
    """Those that are named, and those that are known: of these, in a pass, what was said lately."""
    known, owners = error_logs(0.0 if wanted.lasting else wanted.since), owned_logs()
    named = [LogSource(file, wanted.clock, beside=True) for file in dict.fromkeys(wanted.logs)]
    found = [file for file in known if file not in wanted.logs]
    return named + [
        LogSource(file, wanted.clock, beside=True, since=wanted.since, owner=owners.get(file, "")) for file in found
    ]


class LogSource:
    """Log text from a file or "-". A file is opened at once, so that errors show; a pipe only when it is read."""

    def __init__(
        self,
        file: str,
        clock: Clock,
        *,
        beside: bool = False,
        since: float = 0.0,
        owner: str = "",
        from_start: bool = False,
    ) -> None:
        """owner: the unit whose output it is, of which nameless lines are; beside: one source among others, so that a
        file that cannot be read is only unread, and one that was just rotated has said nothing; since: of its last
        megabyte only what was said after that (seconds since the epoch), 0 for all of it; from_start: followed from its
        first line where nobody knows how far it was read."""
        self.name = f"log {file}" if beside else "log"
        self.file, self.beside = file, beside
        self._clock, self._since, self._owner, self._from_start, now = clock, since, owner, from_start, clock.now()
        tail = TAIL_BYTES if since else 0
        self._open = partial(LogFile, file, now=now, uptime=clock.boot(), tail=tail, may_be_empty=beside, owner=owner)
        self._log = None if beside or may_fall_silent(file) else self._open()

    async def read(self, watcher: Watcher, ends: float) -> Read:
        try:
            self._log = self._open() if self.beside else self._log
        except WrongUsage as error:
            raise NotReachable(str(error)) from error
        return await asyncio.to_thread(self._read, watcher, ends)

    def _read(self, watcher: Watcher, ends: float) -> Read:
        if self._log is None:
            return self._read_patiently(watcher, ends)
        with self._log as log:
            blocks = Until(log.blocks(), self._clock, ends, between=1)
            return self._judged(watcher, log, blocks, lambda: blocks.cut)

    def _read_patiently(self, watcher: Watcher, ends: float) -> Read:
        def late() -> bool:
            return self._clock.boot() >= ends

        reader = PipeReader(self._open)
        log = reader.opened(late)
        if log is None:
            return Read(whole=False, problem=NOTHING_CAME)
        return self._judged(watcher, log, reader.blocks(late), lambda: not reader.ended)

    def _judged(self, watcher: Watcher, log: LogFile, blocks: Iterable[Block], is_cut: Callable[[], bool]) -> Read:
        sightings = self._owned(watcher.see_text(blocks, log.reader))
        if self._since:
            lately = tuple(trigger for trigger in sightings.triggers if trigger.last >= self._since)
            sightings = replace(sightings, triggers=lately, novel=self._complaints(sightings.novel))
        cut = is_cut()
        return Read(
            sightings=sightings,
            whole=not cut and not log.problems,
            problem=problem_of(log.problems, cut, sightings.lines),
            hosts=hosts_of(sightings, log.reader.hosts),
        )

    def _owned(self, sightings: Sightings) -> Sightings:
        """What the owner's log says of a program is the owner's trouble, as in its journal."""
        if not self._owner:
            return sightings
        triggers = tuple(
            one if is_unit(one.subject) or "/" in one.subject else replace(one, subject=self._owner)
            for one in sightings.triggers
        )
        return replace(sightings, triggers=triggers)

    def _complaints(self, novel: Sequence[Novel]) -> tuple[Novel, ...]:
        """What no rule knows, said lately, of a log whose owner is known: that is as good as the journal."""
        return tuple(one for one in novel if one.last >= self._since) if self._owner else ()

    async def follow(self, following: Following) -> None:
        """What is appended to it; through rotation and until it appears."""
        place = following.place(self.file)
        log = LogFollower(self.file, place=place, owner=self._owner, from_start=self._from_start)
        changes, last_place = _changes(self.file), ""
        try:
            while True:
                lines = await asyncio.to_thread(log.lines, self._clock.now(), BATCH)
                sightings = replace(self._owned(await following.see(lines)), unread=_unread(lines))
                places = {self.file: log.place} if log.place not in ("", last_place) else NOWHERE
                last_place = log.place
                whole = not log.problem
                following.hear(Read(sightings=sightings, whole=whole, problem=log.problem, places=places))
                if len(lines) >= BATCH:
                    await following.sleep(0.0)
                elif changes is None:
                    await following.sleep(PATIENCE)
                else:
                    await _until_changed(changes, self.file, following.sleep)
        finally:
            log.close()
            if changes is not None:
                changes.close()


def _unread(lines: Sequence[Line]) -> Unread:
    untimed = sum("UNTIMED" in line.fields for line in lines)
    unnamed = sum(not line.subject for line in lines)
    either = sum("UNTIMED" in line.fields or not line.subject for line in lines)
    return Unread(either, untimed, unnamed)


def _changes(file: str) -> Inotify | None:
    """None where the kernel has no room for more watches: then the log is looked at again and again."""
    try:
        changes = Inotify()
    except OSError:
        return None
    changes.watch([file])
    return changes


async def _until_changed(changes: Inotify, file: str, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Until the kernel tells of a change, or for a while: network file systems tell nothing."""
    loop, news = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(changes.fileno(), news.set)
    waits = [asyncio.ensure_future(news.wait()), asyncio.ensure_future(sleep(SILENCE))]
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()
    finally:
        loop.remove_reader(changes.fileno())
        for one in waits:
            one.cancel()
    changes.drain()
    changes.watch([file])
