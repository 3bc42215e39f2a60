"""`/mcp`: MCP over streamable HTTP, behind the same guard. The SDK is loaded when the first client comes."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from contextvars import ContextVar
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stillwatch.chat.conversation import Desk
from stillwatch.serve.http.body import MAX_BYTES, read_body
from stillwatch.serve.http.guard import needs
from stillwatch.serve.http.limits import RequestLimits
from stillwatch.serve.http.refusal import Refusal, as_json

BYTES_A_REQUEST = 8_192
"""So many bytes of an answer count as one request more of the key that asked."""
_may_propose: ContextVar[bool] = ContextVar("may_propose", default=False)


class McpDoor:
    """An ASGI app for POST. Stateless: each request stands for itself, so a restart loses no session.

    Nothing is sent unasked, so there is no stream to GET: it would hold one of the key's answers open for nothing.
    """

    def __init__(self, desk: Desk, limits: RequestLimits) -> None:
        self._desk, self._limits = desk, limits
        self._handler: ASGIApp | None = None
        self._opening = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = needs(scope, "read")
        with self._limits.stream(key.id):  # as many bodies at a time as answers: each is held whole
            body = await read_body(Request(scope, receive))
        if wrong := _wrong(body):
            await wrong(scope, receive, send)
            return
        handler = await self._open()
        token, answered = _may_propose.set(key.scope == "chat"), 0

        async def sending(message: Message) -> None:
            nonlocal answered
            answered += len(message.get("body", b""))
            await send(message)

        try:
            with self._limits.stream(key.id):
                await handler(scope, _again(body, receive), sending)
        finally:
            _may_propose.reset(token)
            self._limits.charge(key.id, answered // BYTES_A_REQUEST)

    async def _open(self) -> ASGIApp:
        async with self._opening:
            if self._handler is None or (self._running is not None and self._running.done()):
                # seconds of imports: not in the loop that streams other people's answers
                module = await asyncio.to_thread(importlib.import_module, "stillwatch.serve.mcp.server")
                manager = await asyncio.to_thread(importlib.import_module, "mcp.server.streamable_http_manager")
                self._handler = await self._run(module, manager)
            return self._handler

    async def _run(self, module: Any, managers: Any) -> ASGIApp:
        server = module.McpFace(desk=self._desk, may_propose=_may_propose.get).server()
        manager = managers.StreamableHTTPSessionManager(
            app=server, stateless=True, json_response=True, max_request_body_size=MAX_BYTES
        )
        ready = asyncio.Event()

        async def running() -> None:
            async with manager.run():
                ready.set()
                await asyncio.Event().wait()

        self._running = asyncio.create_task(running())
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self._running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not ready.is_set():
            raise Refusal(503, "MCP could not be started", code="mcp_unavailable")
        handler: ASGIApp = manager.handle_request
        return handler

    async def aclose(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running


def _wrong(body: bytes) -> Response | None:
    """The answer to what is no JSON-RPC message. The SDK would take a request without a usable id for a notice."""
    try:
        message = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _rpc_error(-32700, "the body is no JSON")
    if isinstance(message, list):
        return _rpc_error(-32600, "batches are not taken: send each message by itself")
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return _rpc_error(-32600, "the body must be one JSON-RPC 2.0 message")
    number = message.get("id", 0)
    if isinstance(number, bool) or not isinstance(number, str | int):
        return _rpc_error(-32600, "an `id` is a text or a whole number")
    return None


def _rpc_error(code: int, words: str) -> Response:
    return as_json({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": words}}, 400)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, for one who wants to read it; then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return messages.pop() if messages else await receive()

    return receiving
