"""`/mcp`: MCP over streamable HTTP, behind the same guard. The SDK is loaded when the first client comes."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from stillwatch.conversation import Desk
from stillwatch.serve.body import MAX_BYTES
from stillwatch.serve.guard import needs
from stillwatch.serve.limits import Limits
from stillwatch.serve.refusal import Refusal

_may_propose: ContextVar[bool] = ContextVar("may_propose", default=False)


class McpDoor:
    """An ASGI app. Stateless: each request stands for itself, so a restart loses no session."""

    def __init__(self, desk: Desk, limits: Limits) -> None:
        self._desk, self._limits = desk, limits
        self._handler: ASGIApp | None = None
        self._opening = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = needs(scope, "read")
        handler = await self._open()
        token = _may_propose.set(key.scope == "chat")
        try:
            with self._limits.stream(key.id):
                await handler(scope, receive, send)
        finally:
            _may_propose.reset(token)

    async def _open(self) -> ASGIApp:
        async with self._opening:
            if self._handler is None or (self._running is not None and self._running.done()):
                # seconds of imports: not in the loop that streams other people's answers
                module = await asyncio.to_thread(importlib.import_module, "stillwatch.serve.mcp")
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
