"""Typed facts that need more rights than ours, asked of the peek program where it is installed."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

DOOR: Final = Path("/run/stillwatch-helpers/peek.sock")
SECONDS: Final = 5.0
MOST_BYTES: Final = 8_388_608
_ROOM: Final = threading.BoundedSemaphore(3)
"""systemd runs only so many at once for all who may ask, and the gate is one of them."""


def peek(request: Mapping[str, object], door: Path = DOOR, *, owner: int = 0) -> dict[str, Any]:
    """The answer; {} where there is no such program, it may not be asked, or it refuses. Blocks for SECONDS at most.

    owner: the uid that must stand behind the socket (systemd's, so root's).
    """
    if not _ROOM.acquire(timeout=SECONDS):
        return {}
    try:
        return _asked(request, door, owner)
    finally:
        _ROOM.release()


def _asked(request: Mapping[str, object], door: Path, owner: int) -> dict[str, Any]:
    with (
        contextlib.suppress(OSError, ValueError, RecursionError),
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link,
    ):
        link.settimeout(SECONDS)
        link.connect(str(door))
        if struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1] != owner:
            return {}
        link.sendall(json.dumps(dict(request)).encode() + b"\n")
        link.shutdown(socket.SHUT_WR)
        answer = bytearray()
        while len(answer) < MOST_BYTES and (piece := link.recv(65_536)):
            answer += piece
        decoded = json.loads(answer)
        return decoded if isinstance(decoded, dict) and decoded.get("ok") is True else {}
    return {}


def listed(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The rows under a name; those that are none are left out."""
    rows = answer.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
