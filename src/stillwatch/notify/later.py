"""Telling people must not hold up mending: messages go out beside the work, in their order."""

from __future__ import annotations

import asyncio
import logging

from stillwatch.ports import Notifier

LOG = logging.getLogger(__name__)
WAITING = 100


class TellLater:
    """ports.Notifier in front of a slow one. At most WAITING messages wait; the newest beyond that are dropped, and
    the log says so. Needs a running loop; messages that wait when the loop ends are lost."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._waiting: asyncio.Queue[tuple[str, str]] = asyncio.Queue(WAITING)
        self._task: asyncio.Task[None] | None = None

    async def tell(self, title: str, body: str) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._deliver())
        try:
            self._waiting.put_nowait((title, body))
        except asyncio.QueueFull:
            LOG.warning("too many notifications wait; one was dropped")

    async def _deliver(self) -> None:
        while True:
            await self._notifier.tell(*await self._waiting.get())
            self._waiting.task_done()

    async def delivered(self) -> None:
        """Wait until nothing waits any more."""
        await self._waiting.join()
