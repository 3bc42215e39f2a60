"""Connections that say nothing, say it slowly, or take no answer: each has seconds for it, and few may be at it.

uvicorn bounds the size of a head and idle connections between requests, but waits for ever for the first one, and for
a reader that does not read. When too many keep waiting the one that waits longest goes: a client that just sends its
request, or takes its answer, is never that one.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
from typing import Any, cast

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
HEAD_BYTES = 16 * 1024
MOST_HALF_OPEN = 1_024
"""As many as one turn of the loop accepts, so that nobody is sent away before he was listened to."""
READ_SECONDS = 30.0
MOST_STUCK = 128
DESCRIPTORS = 4_096
"""Room for all of these, for the streams of all keys, and for the files of the daemon."""


def guarded(
    seconds: float = HEAD_SECONDS,
    most: int = MOST_HALF_OPEN,
    read_seconds: float = READ_SECONDS,
    most_stuck: int = MOST_STUCK,
) -> type[H11Protocol]:
    """The protocol class of one server.

    seconds: for a whole head; most: half-open connections kept; read_seconds: for a full buffer to drain;
    most_stuck: connections whose buffer is full.
    """
    rooms = {"heads": _WaitingRoom(seconds, most), "readers": _WaitingRoom(read_seconds, most_stuck)}
    return type("Guarded", (_Guarded,), rooms)


def room_for_connections() -> int:
    """How many half-open connections may be held: as many as we want, or half of what the system lets us open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_HALF_OPEN if soft == resource.RLIM_INFINITY else min(MOST_HALF_OPEN, soft // 2)


class _WaitingRoom:
    """Connections that are waited for, the longest-waiting first."""

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


class _Unread:
    """Of a transport what pauses its reading: it goes on once what it has read already is parsed."""

    def __init__(self, protocol: _Guarded) -> None:
        self._protocol = protocol

    def pause_reading(self) -> None:
        self._protocol.transport.pause_reading()

    def resume_reading(self) -> None:
        if not self._protocol.unread:
            self._protocol.transport.resume_reading()


class _Guarded(H11Protocol):
    heads: _WaitingRoom
    readers: _WaitingRoom

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.unread = bytearray()

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.flow = FlowControl(cast("asyncio.Transport", _Unread(self)))
        self.heads.enter(self)

    def data_received(self, data: bytes) -> None:
        """A head's worth in each turn of the loop, or a few hundred connections would hold it up for a minute. What
        follows a head without a key is so never parsed: the refusal closes the connection first."""
        self.unread += data
        if len(self.unread) == len(data):
            self._read_some()

    def _read_some(self) -> None:
        if self.transport.is_closing():
            self.unread.clear()
            return
        piece = bytes(self.unread[:HEAD_BYTES])
        del self.unread[:HEAD_BYTES]
        super().data_received(piece)
        if self.cycle is not None and not self.cycle.response_complete:
            self.heads.leave(self)
        if self.unread:
            self.transport.pause_reading()
            self.loop.call_soon(self._read_some)
        elif not self.flow.read_paused:
            self.transport.resume_reading()

    def on_response_complete(self) -> None:
        """One request at a time: whoever sends the next one before the answer may be sending thousands."""
        if self.conn.trailing_data[0] or self.unread:
            self.transport.close()
        super().on_response_complete()
        self.heads.enter(self)  # also when it is closing, which waits for a reader that may not read

    def pause_writing(self) -> None:
        super().pause_writing()
        self.readers.enter(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.readers.leave(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.heads.leave(self)
        self.readers.leave(self)
        self.unread.clear()
        super().connection_lost(exc)
