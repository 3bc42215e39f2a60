"""The journal as it grows, in batches that have been judged, each with the place to read on from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from itertools import islice
from typing import NamedTuple

from stillwatch.host.journal import Journal
from stillwatch.host.log_follower import LogFollower
from stillwatch.records.line import Line
from stillwatch.watch.monitor import Sightings, Watcher

BATCH = 5_000
PATIENCE = 1.0
"""Seconds to wait for journald's wake-up before looking anyway; journald announces at most every 250 ms."""


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
    """problem: what cannot be read just now, "" if all can."""

    sightings: Sightings
    problem: str


async def follow_logs(
    paths: Sequence[str], watcher: Watcher, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
) -> AsyncGenerator[LogBatch, None]:
    """What is appended to log files, one batch for all of them, for ever; through rotation and until they appear."""
    followers = [LogFollower(path) for path in paths]
    try:
        while True:
            lines = await asyncio.to_thread(_appended, followers, now())
            problem = "; ".join(log.problem for log in followers if log.problem)
            yield LogBatch(await asyncio.to_thread(watcher.see, lines), problem)
            await sleep(0.0 if len(lines) >= BATCH else PATIENCE)
    finally:
        for log in followers:
            log.close()


def _appended(followers: Sequence[LogFollower], at: float) -> list[Line]:
    return [line for log in followers for line in log.lines(at, BATCH)]
