"""Logs of services that come later: of a program installed, or first started, while the host is watched."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from stillwatch.host.errorlogs import error_logs, owned_logs
from stillwatch.ports import Clock
from stillwatch.reading.source import Following, Read, Source, Wanted
from stillwatch.reading.sources.logs import LogSource
from stillwatch.watch.monitor import Watcher

ORDER: Final = 60
PAUSE: Final = 15.0
"""Seconds between two looks for logs that are new."""
MOST: Final = 64
"""Logs followed in this way at a time."""


def here(wanted: Wanted) -> Sequence[Source]:
    """Where the host is followed; a pass sees all that is there."""
    return [LaterLogs(wanted.clock, {*wanted.logs, *error_logs()})] if wanted.lasting else []


class LaterLogs:
    name = "logs that come later"
    beside = True

    def __init__(self, clock: Clock, known: set[str]) -> None:
        self._clock, self._known = clock, known

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return Read()

    async def follow(self, following: Following) -> None:
        """Each one from its start: it was not there when the watch began."""
        known = set(self._known)
        following.hear(Read())  # that there is none yet is known, too
        async with asyncio.TaskGroup() as tasks:
            while True:
                found, owners = await asyncio.to_thread(lambda: (error_logs(), owned_logs()))
                for file in [file for file in found if file not in known][: MOST - len(known - self._known)]:
                    known.add(file)
                    log = LogSource(file, self._clock, beside=True, owner=owners.get(file, ""), from_start=True)
                    tasks.create_task(log.follow(following))
                await following.sleep(PAUSE)
