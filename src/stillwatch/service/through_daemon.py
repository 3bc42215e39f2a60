"""The daemon's verbs for a command in another process that also looks and thinks by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import msgspec

from stillwatch.errors import NotReachable
from stillwatch.records.report import Reply
from stillwatch.records.saying import Ended, Looking, Saying, Text
from stillwatch.service.known import SECONDS, Known, raised
from stillwatch.service.one_pass import OnePass
from stillwatch.service.parts import ServiceParts
from stillwatch.think.diagnosis.understand import Progress, ignore

THINKING_SECONDS = 180.0
LINE_BYTES = 4_194_304


class ThroughDaemon(Known, OnePass):
    """The service as a command sees it while a daemon runs: what is known comes from there, looking is done here."""

    def __init__(self, parts: ServiceParts, path: Path) -> None:
        Known.__init__(self, path)
        OnePass.__init__(self, parts)

    async def ask(
        self,
        question: str,
        *,
        use_models: bool = True,
        deadline: float = THINKING_SECONDS,
        progress: Progress = ignore,
        say: Callable[[str], None] = ignore,
    ) -> Reply:
        """As OnePass.ask; the pieces come as the daemon says them."""
        heard = {"progress": progress, "say": say}
        return await asyncio.to_thread(
            lambda: self._ask("ask", Reply, heard, deadline + SECONDS, question=question, use_models=use_models)
        )

    async def chat(self, **request: Any) -> AsyncGenerator[Saying, None]:
        """One turn of a conversation, as it happens. Closed, it hangs up, and the daemon stops its model."""
        try:
            reader, writer = await asyncio.open_unix_connection(self._path, limit=LINE_BYTES)
        except OSError as error:
            raise NotReachable(f"the daemon does not answer at {self._path}: {error}") from error
        try:
            writer.write(json.dumps({"verb": "chat", **request}).encode() + b"\n")
            while line := await reader.readline():
                for name, value in msgspec.json.decode(line, type=dict[str, Any]).items():
                    match name:
                        case "say":
                            yield Text(str(value))
                        case "progress":
                            yield Looking(str(value))
                        case "result":
                            yield Ended(by=str(value))
                        case "error":
                            raise raised(value)
        finally:
            writer.close()
