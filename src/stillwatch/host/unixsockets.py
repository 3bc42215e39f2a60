"""Unix sockets of services: who is at the other end as the kernel says it, and what systemd hands over."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Collection
from pathlib import Path
from typing import Final

from stillwatch.errors import StillwatchError

SO_PEERGROUPS: Final = 59
MOST_GROUPS: Final = 1024
BACKLOG: Final = 64
PIECE: Final = 65_536


class TooLong(StillwatchError):
    """The other end says more than it may."""


def peer_uid(link: socket.socket) -> int:
    """SO_PEERCRED (socket(7), unix(7)): the uid that connected, or that listens."""
    uid: int = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
    return uid


def peer_groups(link: socket.socket) -> frozenset[int]:
    """The peer's primary and supplementary groups (SO_PEERCRED, SO_PEERGROUPS: socket(7)).

    Raises OSError for more than 256 groups.
    """
    primary = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[2]
    packed = link.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, MOST_GROUPS)
    return frozenset({primary, *struct.unpack(f"{len(packed) // 4}I", packed)})


def handed_over(expected: Collection[str]) -> dict[str, socket.socket] | None:
    """systemd's sockets by name (sd_listen_fds(3)); None where it handed none to this process.

    Raises OSError unless they are exactly the expected ones.
    """
    from systemd.daemon import listen_fds_with_names

    given: dict[int, str] = listen_fds_with_names(False)
    if not given:
        return None
    if sorted(given.values()) != sorted(expected):
        raise OSError(f"systemd handed over other sockets than {', '.join(expected)}")
    return {name: socket.socket(fileno=descriptor) for descriptor, name in given.items()}


def listening(path: Path, mode: int) -> socket.socket:
    """A socket at `path`, which replaces one that lies there, with that mode from its first moment. Raises OSError."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~mode)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    return listener


def exchange(path: Path, message: bytes, *, owners: Collection[int], seconds: float, most: int) -> bytes:
    """Say one message to a server of one of the `owners` (uids) and read its whole answer, at most `most` bytes.

    Raises OSError where it does not answer within `seconds` a piece or another user listens, ValueError beyond `most`.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(seconds)
        link.connect(str(path))
        if (uid := peer_uid(link)) not in owners:
            raise PermissionError(f"uid {uid} listens there, which is not the one expected")
        link.sendall(message)
        link.shutdown(socket.SHUT_WR)
        answer = bytearray()
        while piece := link.recv(PIECE):
            answer += piece
            if len(answer) > most:
                raise ValueError("the answer is too long")
    return bytes(answer)


async def read_all(reader: asyncio.StreamReader, most: int) -> bytes:
    """Everything up to the end. Raises TooLong beyond `most` bytes."""
    pieces = bytearray()
    while piece := await reader.read(PIECE):
        pieces += piece
        if len(pieces) > most:
            raise TooLong(f"more than {most} bytes")
    return bytes(pieces)


def tell_systemd(state: str) -> None:
    """A state to systemd (sd_notify(3)), if it asked to be told: "READY=1", "WATCHDOG=1"."""
    from systemd.daemon import notify

    with contextlib.suppress(OSError):
        notify(state)


def watchdog_seconds() -> float:
    """How often at least systemd wants to hear "WATCHDOG=1" (sd_watchdog_enabled(3)); 0 where it does not."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    ours = os.environ.get("WATCHDOG_PID") in (None, str(os.getpid()))
    return int(microseconds) / 1e6 if ours and microseconds.isdecimal() else 0.0
