"""Connections that say nothing, or say it slowly: each has seconds for its request's head, and few may be at it.

uvicorn bounds the size of a head and idle connections between requests, but waits for ever for the first one. When
too many are half open the oldest goes: a client that just sends its request is never the oldest.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
HEAD_BYTES = 16 * 1024
MOST_HALF_OPEN = 128


def guarded(seconds: float = HEAD_SECONDS, most: int = MOST_HALF_OPEN) -> type[H11Protocol]:
    """The protocol class of one server. seconds: for a whole head; most: half-open connections kept."""
    return type("Guarded", (_Guarded,), {"room": _WaitingRoom(seconds, most)})


class _WaitingRoom:
    """The connections whose request is still to come, the longest-waiting first."""

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._inside: dict[H11Protocol, asyncio.TimerHandle] = {}

    def enter(self, one: H11Protocol) -> None:
        self.leave(one)
        self._inside[one] = one.loop.call_later(self._seconds, self._send_away, one)
        if len(self._inside) > self._most:
            self._send_away(next(iter(self._inside)))

    def leave(self, one: H11Protocol) -> None:
        if (timer := self._inside.pop(one, None)) is not None:
            timer.cancel()

    def _send_away(self, one: H11Protocol) -> None:
        self.leave(one)
        one.transport.abort()


class _Guarded(H11Protocol):
    room: _WaitingRoom

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.room.enter(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self.room.leave(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self.room.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.room.leave(self)
        super().connection_lost(exc)
