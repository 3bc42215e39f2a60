"""Look tools of a recorded host: each answers what it answered then, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from stillwatch.ports import LookTools
from stillwatch.records.event import Untrusted
from stillwatch.records.look import Seen
from stillwatch.records.recording import Recording
from stillwatch.tools.tool import Tool, described, find_tools


@dataclass(frozen=True, kw_only=True)
class RecordedLooks:
    """ports.LookTools on a recording."""

    recording: Recording
    tools: Mapping[str, type[Tool]] = field(default_factory=find_tools)

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        return {name: described(tool) for name, tool in self.tools.items()}

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        wanted = self._asked(tool, arguments)
        for seen in self.recording.looks:
            if seen.tool == tool and self._asked(tool, seen.arguments) == wanted:
                return seen
        problem = "nobody looked at this when the host was recorded"
        return Seen(tool=tool, arguments=dict(arguments), at=self.recording.at, text=Untrusted(""), problem=problem)

    def _asked(self, tool: str, arguments: Mapping[str, object]) -> object:
        """The question with its defaults filled in, so that two ways to ask it are one."""
        try:
            return msgspec.convert(dict(arguments), self.tools[tool])
        except (KeyError, msgspec.ValidationError):
            return dict(arguments)


@dataclass(frozen=True, kw_only=True)
class RememberingLooks:
    """ports.LookTools that keeps what it saw, to make a recording. seen: in the order in which it was asked."""

    looks: LookTools
    seen: list[Seen] = field(default_factory=list)

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        return self.looks.catalogue()

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        seen = await self.looks.look(tool, arguments)
        if not any(one.tool == seen.tool and one.arguments == seen.arguments for one in self.seen):
            self.seen.append(seen)
        return seen
