"""Newest journal lines, of one unit and with one text if asked."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.errors import NotReachable
from stillwatch.tools.journal_lines import as_text, matching
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Newest journal lines, of one unit and with one text if asked."""

    diagnosis = True

    unit: Annotated[str, Meta(max_length=255, description="of this unit alone; empty: all")] = ""
    text: Annotated[str, Meta(max_length=200, description="the line holds this, in any case")] = ""
    hours: Annotated[float, Meta(gt=0, le=168, description="how far back")] = 1.0
    lines: Annotated[int, Meta(ge=1, le=50, description="at most, the newest")] = 15

    async def look(self, reader: HostReader) -> Look:
        if reader.journal is None:
            raise NotReachable("no journal is read here")
        lines = await in_thread(lambda: matching(reader, self.unit, self.text, self.hours * 3600, self.lines))
        found = [as_text(line) for line in lines]
        own = sum(not line.trusted for line in lines)
        return Look("\n".join(found) or "no such lines", {"lines": found, "own": own})
