"""All faces over one service: what each of them tells of what a test has added."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcp import Client

from stillwatch.chat.conversation import Conversation, Desk, Turn
from stillwatch.config import Config
from stillwatch.ports import LookTools
from stillwatch.reading.gather import Gathered
from stillwatch.records.saying import Text
from stillwatch.serve.http.keys import KeyRing
from stillwatch.serve.mcp.server import McpFace
from stillwatch.serve.server import build_http
from stillwatch.service.one_pass import OnePass
from tests.serve.asgi import ask
from tests.serve.scene import known
from tests.think.models import StillClock


class Faces:
    """Port 8083 with its page and its API, MCP, and a chat."""

    def __init__(
        self,
        folder: Path,
        service: OnePass,
        *,
        looks: LookTools | None = None,
        gathered: Callable[[], Gathered] = known,
        gate: Any = None,
    ) -> None:
        clock, keys = StillClock(), KeyRing(folder)
        self.desk = Desk(
            service=service,
            clock=clock,
            known=gathered,
            looks=looks,
            writer=lambda: "none",
            small=lambda: None,
            gate=gate,
        )
        self._headers = [("Authorization", f"Bearer {keys.create('chat', 1.0)[1]}")]
        self._app = build_http(service, Conversation(self.desk), keys, Config().api, clock)

    async def page(self, path: str = "/") -> str:
        return (await ask(self._app, "GET", path, self._headers)).body.decode()

    async def api(self, path: str) -> Any:
        return json.loads(await self.page(path))

    def mcp(self) -> Client:
        return Client(McpFace(desk=self.desk, may_propose=lambda: True).server())

    async def resource(self, name: str) -> Any:
        async with self.mcp() as client:
            return json.loads((await client.read_resource(f"stillwatch://{name}")).contents[0].text)

    async def chat(self, message: str) -> str:
        events = [event async for event in Conversation(self.desk).turn(Turn(message=message))]
        return "".join(event.text for event in events if isinstance(event, Text))
