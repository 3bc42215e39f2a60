"""What was changed in files of /etc that anybody may read, line by line, without secrets, as the daemon saw it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from stillwatch.errors import NotReachable
from stillwatch.records.iso import iso
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """What was changed in files of /etc that anybody may read, line by line, without secrets, as the daemon saw it."""

    hours: Annotated[float, Meta(gt=0, le=8760, description="how far back")] = 24.0
    path: Annotated[str, Meta(max_length=1000, description="of this file, or below this folder, alone")] = ""

    async def look(self, reader: HostReader) -> Look:
        if reader.settings_changes is None:
            raise NotReachable("what changed in files is known to the daemon alone")
        since, told = reader.clock.now() - self.hours * 3600, reader.settings_changes
        rows = await in_thread(lambda: told(since, self.path))
        found = [{**row, "difference": row["difference"].splitlines()} for row in rows]
        lines = [line for row in found for line in _lines(row)]
        return Look("\n".join(lines) or "no changes", {"changes": found})


def _lines(row: Mapping[str, Any]) -> list[str]:
    head = f"{iso(row['at'])} {row['path']}: {row['kind']}, {row['added']} lines added, {row['removed']} taken away"
    return [head, *row["difference"]]
