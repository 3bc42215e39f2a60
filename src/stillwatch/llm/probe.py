"""Who listens on a port of this machine, and what it answers: asked before a server is trusted with our key."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
from dataclasses import dataclass
from typing import Any

import psutil

PATIENCE = 5.0
SANDBOX_USER = "stillwatch-llama"
MAX_ANSWER = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Listener:
    """The program on a port; pid 0 and no name where the kernel does not tell.

    ours: it runs under our uid, or as the user that the installed service runs its models as.
    """

    pid: int
    name: str
    ours: bool


def listener_on(port: int) -> Listener | None:
    """The program that listens on a loopback or wildcard address with `port`; None if nobody does."""
    for connection in psutil.net_connections(kind="tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
            return _listener(connection.pid)
    return None


def _listener(pid: int | None) -> Listener:
    if pid is None:
        return Listener(pid=0, name="", ours=False)
    try:
        process = psutil.Process(pid)
        return Listener(pid=pid, name=process.name(), ours=process.uids().real in _ours())
    except psutil.Error:
        return Listener(pid=pid, name="", ours=False)


def _ours() -> set[int]:
    try:
        return {os.getuid(), pwd.getpwnam(SANDBOX_USER).pw_uid}
    except KeyError:
        return {os.getuid()}


async def get(port: int, path: str, key: str = "", patience: float = PATIENCE) -> tuple[int, dict[str, Any]]:
    """GET from 127.0.0.1 without a client library: (HTTP status, object); (0, {}) where nothing useful answers."""
    try:
        async with asyncio.timeout(patience):
            return _decoded(await _fetch(port, path, key))
    except (OSError, TimeoutError, ValueError):
        return 0, {}


async def _fetch(port: int, path: str, key: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        authorization = f"Authorization: Bearer {key}\r\n" if key else ""
        # HTTP/1.0 and close: no chunks to put together
        writer.write(
            f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{authorization}Connection: close\r\n\r\n".encode()
        )
        answer = b""
        while len(answer) < MAX_ANSWER and (block := await reader.read(65536)):
            answer += block
            if _complete(answer):
                break
        return answer
    finally:
        writer.close()


def _complete(answer: bytes) -> bool:
    """A server may keep the connection open in spite of the request; its Content-Length says where the answer ends."""
    head, found, body = answer.partition(b"\r\n\r\n")
    lengths = [line.split(b":", 1)[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(found and lengths and len(body) >= int(lengths[0]))


def _decoded(answer: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/") else 0
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    return status, value if isinstance(value, dict) else {}
