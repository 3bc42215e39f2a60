"""Look tools that show what a test tells them to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stillwatch.records.event import Untrusted
from stillwatch.records.look import Seen

UNIT = {"type": "object", "properties": {"unit": {"type": "string"}}, "required": ["unit"]}


class ScriptedLooks:
    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.looked: list[tuple[str, Mapping[str, object]]] = []

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        return {name: {"description": f"Shows {name}", "arguments": UNIT} for name in self.texts}

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        self.looked.append((tool, dict(arguments)))
        if tool not in self.texts:
            return Seen(tool=tool, arguments=arguments, at=0.0, text=Untrusted(""), problem="no such tool")
        return Seen(tool=tool, arguments=arguments, at=0.0, text=Untrusted(self.texts[tool]))
