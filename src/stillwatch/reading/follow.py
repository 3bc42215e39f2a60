"""The journal as it grows, in batches that have been judged, each with the place to read on from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from stillwatch.host.inotify import Inotify
from stillwatch.host.journal import Journal
from stillwatch.host.log_follower import LogFollower
from stillwatch.records.line import Line
from stillwatch.records.unread import Unread
from stillwatch.watch.monitor import Sightings, Watcher

BATCH = 5_000
PATIENCE = 1.0
"""Seconds to wait for journald's wake-up before looking anyway; journald announces at most every 250 ms."""
SILENCE = 5.0
"""Seconds after which log files are looked at although the kernel told of no change."""
NOWHERE: Mapping[str, str] = MappingProxyType({})


class Batch(NamedTuple):
    """cursor: of the last line in it, to be saved together with what was made of it (R31)."""

    sightings: Sightings
    cursor: str


async def follow(journal: Journal, watcher: Watcher) -> AsyncIterator[Batch]:
    """Batches of at most BATCH lines, for ever. A flood is read as fast as it is judged; journald keeps the rest."""
    while True:
        sightings = await asyncio.to_thread(watcher.see, islice(journal.lines(), BATCH))
        if sightings.lines:
            yield Batch(sightings, journal.cursor())
        if sightings.lines < BATCH:
            await _wake(journal)


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


class LogBatch(NamedTuple):
    """problem: what cannot be read just now, "" if all can. places: of each log, behind the last line of the batch, to
    be saved together with what was made of it (R31)."""

    sightings: Sightings
    problem: str
    places: dict[str, str]
    unread: Unread


async def follow_logs(
    paths: Sequence[str],
    watcher: Watcher,
    now: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
    places: Mapping[str, str] = NOWHERE,
) -> AsyncGenerator[LogBatch, None]:
    """What is appended to log files, one batch for all of them, for ever; through rotation and until they appear.

    places: where reading stood at the last stop, from a batch of then.
    """
    followers = [LogFollower(path, place=places.get(path, "")) for path in paths]
    changes = _changes(paths)
    try:
        while True:
            lines = await asyncio.to_thread(_appended, followers, now())
            problem = "; ".join(log.problem for log in followers if log.problem)
            stand = {log.path: log.place for log in followers if log.place}
            yield LogBatch(await asyncio.to_thread(watcher.see, lines), problem, stand, _unread(lines))
            if len(lines) >= BATCH:
                await sleep(0.0)
            elif changes is None:
                await sleep(PATIENCE)
            else:
                await _until_changed(changes, paths, sleep)
    finally:
        for log in followers:
            log.close()
        if changes is not None:
            changes.close()


def _changes(paths: Sequence[str]) -> Inotify | None:
    """None where the kernel has no room for more watches: then the files are looked at again and again."""
    try:
        changes = Inotify()
    except OSError:
        return None
    changes.watch(paths)
    return changes


async def _until_changed(changes: Inotify, paths: Sequence[str], sleep: Callable[[float], Awaitable[None]]) -> None:
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
    changes.watch(paths)


def _appended(followers: Sequence[LogFollower], at: float) -> list[Line]:
    return [line for log in followers for line in log.lines(at, BATCH)]


def _unread(lines: Sequence[Line]) -> Unread:
    untimed = sum("UNTIMED" in line.fields for line in lines)
    unnamed = sum(not line.subject for line in lines)
    either = sum("UNTIMED" in line.fields or not line.subject for line in lines)
    return Unread(either, untimed, unnamed)
