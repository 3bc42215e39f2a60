"""The daemon's own socket: the verbs of the service for commands on this host, peers told apart by their uid."""

from __future__ import annotations

import asyncio
import contextlib
import grp
import json
import logging
import math
import os
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.service.service import Service

NOT_ONE_LINE: Final = "the request is not one line of JSON"
LOG = logging.getLogger(__name__)
REQUEST_BYTES = 65_536
REQUEST_SECONDS = 5.0
UNREADABLE = (TimeoutError, ValueError, RecursionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
MOST_STRANGERS = 32
"""Connections at a time of users with whom it does not speak: each is a file that the daemon holds open."""
ADMINS = "stillwatch-admin"
PEER_GROUPS = 59
"""SO_PEERGROUPS of socket(7), which Python does not name."""
Send = Callable[[str, Any], None]
Answerer = Callable[[dict[str, Any], "Caller", Send], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who speaks, as the kernel says."""

    uid: int
    name: str


class LocalServer:
    """One request a connection: a line `{"verb": …, …}` in; lines `{"progress"|"say": …}` out, then one
    `{"result": …}` or `{"error": {"message", "next_step", "exit_code"}}`. What the service says is safe to show."""

    def __init__(self, service: Service, path: Path, more: Mapping[str, Answerer] | None = None) -> None:
        """more: verbs beyond those of the service."""
        self._service, self._path, self._strangers = service, path, 0
        self._verbs: Mapping[str, Answerer] = {
            **(more or {}),
            "status": self._status,
            "incidents": self._incidents,
            "incident": self._incident,
            "close": self._close,
            "mute": self._mute,
            "mutes": self._mutes,
            "unmute": self._unmute,
            "note": self._note,
            "notes": self._notes,
            "forget": self._forget,
            "ask": self._ask,
        }

    async def serve(self) -> None:
        """Listen until cancelled. The socket is ours and our group's."""
        self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._connected, self._path, limit=REQUEST_BYTES)
        self._path.chmod(0o666 if os.geteuid() != 0 else 0o600)  # who may speak is decided by uid, in _caller
        async with server:
            await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stranger = _is_stranger(writer.get_extra_info("socket"))
        if stranger and self._strangers >= MOST_STRANGERS:
            writer.transport.abort()
            return
        self._strangers += stranger
        try:
            await self._heard(reader, writer)
        finally:
            self._strangers -= stranger

    async def _heard(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def send(kind: str, value: Any) -> None:
            writer.write(msgspec.json.encode({kind: value}) + b"\n")

        try:
            send("result", await self._answer(reader, writer, send))
        except StillwatchError as error:
            error_body = {"message": str(error.args[0]), "next_step": error.next_step, "exit_code": error.exit_code}
            send("error", error_body)
        except Exception as error:
            LOG.exception("a request failed")
            send("error", {"message": f"unexpected {type(error).__name__}", "next_step": "", "exit_code": 5})
        finally:
            with contextlib.suppress(OSError):
                await writer.drain()
                writer.close()
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, send: Send) -> Any:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                line = await reader.readuntil(b"\n")
            caller = _caller(writer.get_extra_info("socket"))  # once it is read: who still writes hears no refusal
            request = json.loads(line)
        except UNREADABLE as error:
            raise WrongUsage(NOT_ONE_LINE) from error
        verb = self._verbs.get(str(request.get("verb"))) if isinstance(request, dict) else None
        if verb is None:
            raise WrongUsage("no such verb")
        work = asyncio.ensure_future(verb(request, caller, send))
        gone = asyncio.ensure_future(reader.read(1))  # a client that leaves stops the work for it (R28)
        await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
        gone.cancel()
        return await work

    async def _status(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        return await self._service.status()

    async def _incidents(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        return self._service.incidents()

    async def _incident(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        return self._service.incident(_text(request, "id"))

    async def _close(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        return self._service.close(_text(request, "id"), caller.name)

    async def _mute(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        until = request.get("until")
        if isinstance(until, bool) or not isinstance(until, int | float) or not math.isfinite(until):
            raise WrongUsage("until when?")
        incident_id, rule = request.get("id"), request.get("rule")
        return self._service.mute(
            incident_id=incident_id if isinstance(incident_id, str) else None,
            rule=rule if isinstance(rule, str) else None,
            until=float(until),
            by=caller.name,
        )

    async def _mutes(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        return self._service.mutes()

    async def _unmute(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        LOG.info("%s unmuted %r", caller.name, _text(request, "pattern")[:200])
        return self._service.unmute(_text(request, "pattern"))

    async def _notes(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        return self._service.notes()

    async def _forget(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        number = request.get("number")
        if isinstance(number, bool) or not isinstance(number, int):
            raise WrongUsage("number is missing")
        LOG.info("%s had note %d forgotten", caller.name, number)
        self._service.forget(number)
        return None

    async def _note(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        self._service.note(_text(request, "text"), caller.name)
        return None

    async def _ask(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        return await self._service.ask(
            _text(request, "question"),
            use_models=request.get("use_models") is not False,
            progress=lambda line: send("progress", line),
            say=lambda piece: send("say", piece),
        )


def _text(request: dict[str, Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str):
        raise WrongUsage(f"{name} is missing")
    return value


def _caller(link: socket.socket) -> Caller:
    """Raises WrongUsage for anybody but root, the daemon's own user and the members of stillwatch-admin."""
    _, uid, gid = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    with contextlib.suppress(KeyError):
        if grp.getgrnam(ADMINS).gr_gid in (gid, *_groups(link, uid, gid)):
            return Caller(uid=uid, name=_name(uid))
    if uid in (0, os.geteuid()):
        return Caller(uid=uid, name=_name(uid))
    raise WrongUsage("the daemon does not speak with you", next_step=f"become a member of {ADMINS}")


def _is_stranger(link: socket.socket) -> bool:
    try:
        _caller(link)
    except WrongUsage:
        return True
    return False


def _groups(link: socket.socket, uid: int, gid: int) -> list[int]:
    """The peer's groups as the kernel says; of more than 256, which Python cannot hold, as the user's entry says."""
    try:
        return [group for (group,) in struct.iter_unpack("I", link.getsockopt(socket.SOL_SOCKET, PEER_GROUPS, 1024))]
    except OSError:
        return os.getgrouplist(_name(uid), gid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
