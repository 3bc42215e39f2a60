"""What services do silently: dead children that they do not fetch, processor time without end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stillwatch.host.usage import read_usage
from stillwatch.ports import Clock
from stillwatch.reading.source import Following, Read, Source, Wanted
from stillwatch.watch.monitor import Watcher

ORDER: Final = 30
EVERY_SECONDS = 60.0
"""Less often than metrics: it costs more, and what it finds lasts."""


def here(wanted: Wanted) -> Sequence[Source]:
    return [ProcessSource(wanted.host, wanted.clock)]


class ProcessSource:
    name = "processes"
    beside = False

    def __init__(self, host: str, clock: Clock) -> None:
        self._host, self._clock = host, clock

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return Read(events=await read_usage(self._host, self._clock.now()), measured=True)

    async def follow(self, following: Following) -> None:
        while True:
            following.hear(await self.read(following.watcher, ends=float("inf")))
            await following.sleep(EVERY_SECONDS)
