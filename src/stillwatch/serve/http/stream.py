"""A streamed answer: written as it comes, a comment while nothing does, and the work stopped when the reader leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send

PING = b": ping\n\n"
PING_SECONDS = 10.0
WRITE_SECONDS = 30.0
"""A reader that takes nothing for so long has gone, whatever its connection says."""
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),
]

Work = Callable[[Callable[[bytes], None]], Awaitable[None]]
"""Writes frames by calling what it is given, until it returns."""


class EventStream:
    """An ASGI response. first: sent at once with the head, before the work has done anything."""

    def __init__(self, work: Work, first: bytes = PING, *, ping: float = PING_SECONDS) -> None:
        self._work, self._ping = work, ping
        self._waiting: list[bytes] = [first]
        self._news = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
            await self._flush(send)
        except (TimeoutError, OSError):
            return
        work = asyncio.create_task(self._working())
        writing = asyncio.create_task(self._writing(send, work))
        gone = asyncio.create_task(leaving(receive))
        try:
            await asyncio.wait({writing, gone}, return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                writing.result()
        except (TimeoutError, OSError):
            return
        finally:
            await _stop({writing, work, gone})

    def write(self, frame: bytes) -> None:
        self._waiting.append(frame)
        self._news.set()

    async def _working(self) -> None:
        try:
            await self._work(self.write)
        finally:
            self._news.set()

    async def _writing(self, send: Send, work: asyncio.Task[None]) -> None:
        ended = False
        while not ended:
            ended = work.done()
            self._news.clear()
            if self._waiting or ended:
                await self._flush(send, more=not ended)
            else:
                await self._more()

    async def _flush(self, send: Send, *, more: bool = True) -> None:
        """All that waits goes out in one piece: a fast model costs one system call for many chunks."""
        body = b"".join(self._waiting)
        self._waiting.clear()
        async with asyncio.timeout(WRITE_SECONDS):
            await send({"type": "http.response.body", "body": body, "more_body": more})

    async def _more(self) -> None:
        try:
            async with asyncio.timeout(self._ping):
                await self._news.wait()
        except TimeoutError:
            self._waiting.append(PING)


async def leaving(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stop(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
