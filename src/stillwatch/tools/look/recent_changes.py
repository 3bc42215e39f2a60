"""What was changed lately: configuration, unit files, local programs, packages."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.host.changes import changes
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """What was changed lately: configuration, unit files, local programs, packages."""

    diagnosis = True

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 24.0

    async def look(self, reader: HostReader) -> Look:
        now = reader.clock.now()
        found = await in_thread(lambda: changes(reader.host, now - self.hours * 3600))
        lines = [f"{(now - event.at) / 3600:.1f} h ago: {event.text}" for event in found[:20]]
        data = [{"path": event.subject, "at": event.at, "text": event.text, **event.fields} for event in found]
        return Look("\n".join(lines) or "no changes", {"changes": data})
