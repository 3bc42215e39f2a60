"""A source followed by a test, which takes each part as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from stillwatch.reading.source import NOWHERE, Following, Read, Source
from stillwatch.watch.monitor import Watcher


class Heard:
    def __init__(self) -> None:
        self.queue: asyncio.Queue[Read] = asyncio.Queue()

    async def next(self) -> Read:
        async with asyncio.timeout(30):
            return await self.queue.get()

    async def lines(self, count: int) -> list[Read]:
        """Parts with text, until that many lines have come."""
        found = list[Read]()
        while sum(read.sightings.lines for read in found if read.sightings) < count:
            read = await self.next()
            found += [read] if read.sightings and read.sightings.lines else []
        return found


@asynccontextmanager
async def followed(
    source: Source,
    watcher: Watcher,
    *,
    places: Mapping[str, str] = NOWHERE,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Heard]:
    heard = Heard()
    following = Following(
        watcher=watcher, hear=heard.queue.put_nowait, place=lambda thing: places.get(thing, ""), sleep=sleep
    )
    task = asyncio.create_task(source.follow(following))
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.wait([task])


def causes(reads: list[Read]) -> list[str]:
    return [trigger.cause for read in reads if read.sightings for trigger in read.sightings.triggers]
