"""The two sockets: one request a connection, peers told apart by the kernel, slow and odd clients sent away."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stillwatch.errors import StillwatchError
from stillwatch.gate.change.action import Refused
from stillwatch.gate.core import Gate, Peer
from stillwatch.gate.protocol import MAX_BYTES, clean, read_request
from stillwatch.host.auditlog import canonical
from stillwatch.host.unixsockets import handed_over, listening, peer_groups, peer_uid, read_all

DEADLINE: Final = 5.0
MAX_CLIENTS: Final = 64
DOORS: Final = ("propose", "admin")


@dataclass(frozen=True, kw_only=True, slots=True)
class Admission:
    """Who may speak at which door. proposers: uids; admin_group: gid, None if there is none."""

    proposers: frozenset[int]
    admins: frozenset[int]
    admin_group: int | None = None
    trial: bool = False

    def check(self, uid: int, groups: frozenset[int], door: str) -> Peer:
        """Raises Refused. The daemon is never an administrator, whatever its groups (a trial's one user is both)."""
        if door == "propose" and uid in self.proposers:
            return Peer(uid=uid, door=door)
        daemon = uid in self.proposers and not self.trial
        if door == "admin" and not daemon and (uid in self.admins or self.admin_group in groups):
            return Peer(uid=uid, door=door)
        raise Refused(f"uid {uid} has no business at {door}.sock")


class Server:
    """Serves until its task is cancelled; a change that runs is waited for."""

    def __init__(self, gate: Gate, admission: Admission, *, deadline: float = DEADLINE) -> None:
        self.gate, self.admission, self.deadline = gate, admission, deadline
        self.clients = dict.fromkeys(DOORS, 0)
        self._listening: list[asyncio.Server] = []

    async def listen(self, doors: dict[str, socket.socket]) -> None:
        for door, listener in doors.items():
            handler = self._handler(door)
            self._listening.append(await asyncio.start_unix_server(handler, sock=listener, limit=MAX_BYTES))

    async def close(self) -> None:
        """No new client; what runs ends first (R28)."""
        for server in self._listening:
            server.close()
        async with self.gate.performer.busy:
            pass

    def _handler(self, door: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.clients[door] += 1
            try:
                reply = await self._reply(door, reader, writer.get_extra_info("socket"))
                await self._send(writer, reader, reply)
            finally:
                self.clients[door] -= 1
                writer.transport.abort()

        return handle

    async def _send(self, writer: asyncio.StreamWriter, reader: asyncio.StreamReader, reply: dict[str, Any]) -> None:
        """All of it within the deadline, or the client is cut off."""
        writer.transport.set_write_buffer_limits(0)
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self.deadline):
                writer.write(canonical(reply).encode() + b"\n")
                await writer.drain()
                writer.write_eof()
                await _discard(reader)

    async def _reply(self, door: str, reader: asyncio.StreamReader, link: socket.socket) -> dict[str, Any]:
        try:
            if self.clients[door] > MAX_CLIENTS:
                raise Refused("too many clients at once")
            peer = self.admission.check(peer_uid(link), peer_groups(link), door)
            async with asyncio.timeout(self.deadline):
                line = await read_all(reader, MAX_BYTES)
            return {"ok": True, **await self.gate.answer(peer, read_request(line))}
        except TimeoutError:
            return {"ok": False, "error": "late", "reason": f"no whole message within {self.deadline:.0f} s"}
        except StillwatchError as refused:
            return {"ok": False, "error": "refused", "reason": clean(str(refused))}
        except (OSError, sqlite3.Error) as error:
            return {"ok": False, "error": "disk", "reason": f"nothing was begun or noted: {clean(str(error))}"}


async def _discard(reader: asyncio.StreamReader) -> None:
    """Unread bytes at the close would take the answer with them; a bounded rest is read and thrown away."""
    left = 4 * MAX_BYTES
    while left > 0 and (piece := await reader.read(MAX_BYTES)):
        left -= len(piece)


def open_doors(folder: Path, mode: int) -> dict[str, socket.socket]:
    """systemd's sockets, or our own in `folder` for a trial. Raises OSError.

    A socket file of a gate that is gone is replaced; the lock in the state directory says that it is gone.
    """
    if given := handed_over(DOORS):
        return given
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {door: listening(folder / f"{door}.sock", mode) for door in DOORS}
