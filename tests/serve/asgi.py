"""Requests straight into the app, without a wire: thousands of them in seconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def ask(
    app: ASGIApp,
    method: str,
    target: str,
    headers: Pairs = (),
    body: bytes = b"",
    *,
    host: str = "localhost",
    seconds: float = 20.0,
) -> Answer:
    """One request as uvicorn hands it on. Of a stream that has no end, its head and its first piece."""
    raw_path, _, query = target.partition("?")
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if not any(name == b"host" for name, _ in sent):
        sent.append((b"host", host.encode("latin-1")))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8083),
        "client": ("127.0.0.1", 50_000),
        "scheme": "http",
        "method": method,
        "root_path": "",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "headers": sent,
        "state": {},
    }
    gone, wants, said = asyncio.Event(), [body], list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        if wants:
            return {"type": "http.request", "body": wants.pop(), "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)
        if message.get("body") and endless(scope):
            gone.set()

    async with asyncio.timeout(seconds):
        await app(scope, receive, send)
    assert said, "no answer"
    head, *pieces = said
    found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head["headers"]}
    return Answer(status=head["status"], headers=found, body=b"".join(piece.get("body", b"") for piece in pieces))


def endless(scope: dict[str, Any]) -> bool:
    return bool(scope["path"] == "/api/events")
