"""Telling people must not hold up mending: messages go out beside the work, in their order, and are tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from stillwatch.notify.apprise import Delivery
from stillwatch.records.safe import ForNotice

LOG = logging.getLogger(__name__)
WAITING = 100
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 1800.0
"""Seconds until a message is tried again; each pause is twice the one before."""
GIVE_UP = 24 * 3600.0
"""Seconds of pauses after which a message is news no more."""


class Channel(Protocol):
    @property
    def name(self) -> str: ...

    async def send(self, title: ForNotice, body: ForNotice) -> Delivery:
        """Try once; never raises."""
        ...


@dataclass(kw_only=True)
class _Post:
    """One channel and what waits for it. problem: why the last message did not arrive, "" while they do."""

    channel: Channel
    waiting: asyncio.Queue[tuple[ForNotice, ForNotice]] = field(default_factory=lambda: asyncio.Queue(WAITING))
    problem: str = ""
    dropped: int = 0


class TellLater:
    """ports.Notifier over channels that may be slow or away, each with a queue of its own.

    A channel that fails for the moment is tried again, with growing pauses, for a day; one that refuses is not. At most
    WAITING messages wait for a channel; newer ones are then dropped, which `problem` tells. Needs a running loop;
    messages that wait when the loop ends are lost.
    """

    def __init__(
        self, channels: Sequence[Channel], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._posts = [_Post(channel=channel) for channel in channels]
        self._sleep = sleep
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def problem(self) -> str:
        """Which channels do not deliver, and why; "" while all do."""
        return "; ".join(
            f"{post.channel.name}: {post.problem}" + (f", {post.dropped} messages dropped" if post.dropped else "")
            for post in self._posts
            if post.problem
        )

    async def tell(self, title: ForNotice, body: ForNotice) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._deliver(post)) for post in self._posts]
        for post in self._posts:
            try:
                post.waiting.put_nowait((title, body))
            except asyncio.QueueFull:
                post.dropped += 1
                LOG.warning("%s: too many notifications wait; one was dropped", post.channel.name)

    async def delivered(self) -> None:
        """Wait until nothing waits any more."""
        await asyncio.gather(*(post.waiting.join() for post in self._posts))

    async def _deliver(self, post: _Post) -> None:
        while True:
            title, body = await post.waiting.get()
            await self._insist(post, title, body)
            post.waiting.task_done()

    async def _insist(self, post: _Post, title: ForNotice, body: ForNotice) -> None:
        pause, paused = FIRST_PAUSE, 0.0
        while True:
            delivery = await post.channel.send(title, body)
            if delivery.sent:
                post.problem, post.dropped = "", 0
                return
            if post.problem != delivery.why:
                LOG.warning("%s: %s", post.channel.name, delivery.why)
            post.problem = delivery.why
            if delivery.lasting or paused >= GIVE_UP:
                post.dropped += 1
                return
            await self._sleep(pause)
            paused, pause = paused + pause, min(2 * pause, LONGEST_PAUSE)
