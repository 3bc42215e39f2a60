"""The processes that use most memory or processor time; or one process."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from stillwatch.host.processes import describe, described, table
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """The processes that use most memory or processor time; or one process."""

    diagnosis = True

    sort: Annotated[Literal["memory", "cpu"], Meta(description="what the first of them use most")] = "memory"
    pid: Annotated[int, Meta(ge=0, le=4194304, description="0: all")] = 0
    arguments: Annotated[bool, Meta(description="with the command lines, which cost a second look")] = True

    async def look(self, reader: HostReader) -> Look:
        rows = await in_thread(self._rows)
        lines = [
            f"{row['pid']} {row['name']} {row['memory'] / 1048576:.0f} MiB {row['cpu_seconds']:.0f} s cpu {row['unit']}"
            + f" {' '.join(row['argv'])[:80]}"
            for row in rows
        ]
        return Look("\n".join(lines) or "no such process", {"processes": rows})

    def _rows(self) -> list[dict[str, Any]]:
        if self.pid:
            return described([self.pid])
        most = sorted(table(), key=lambda row: -(row.memory if self.sort == "memory" else row.cpu))[:15]
        if not self.arguments:
            return [describe(row) for row in most]
        key = "memory" if self.sort == "memory" else "cpu_seconds"
        return sorted(described([row.pid for row in most]), key=lambda row: -row[key])
