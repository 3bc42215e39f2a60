"""What cron is to run: a job whose program is gone fails in a mail or a log of its own, which nobody reads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from stillwatch.host.crontabs import missing_programs
from stillwatch.ports import Clock
from stillwatch.reading.source import Following, Read, Source, Wanted
from stillwatch.watch.monitor import Watcher

ORDER: Final = 35
EVERY_SECONDS = 60.0


def here(wanted: Wanted) -> Sequence[Source]:
    return [CrontabSource(wanted.host, wanted.clock)]


class CrontabSource:
    name = "crontabs"
    beside = False

    def __init__(self, host: str, clock: Clock) -> None:
        self._host, self._clock = host, clock

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return Read(events=await asyncio.to_thread(missing_programs, self._host, self._clock.now()), measured=True)

    async def follow(self, following: Following) -> None:
        while True:
            following.hear(await self.read(following.watcher, ends=float("inf")))
            await following.sleep(EVERY_SECONDS)
