"""The processes that use most memory or processor time; or one process."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from stillwatch.host.processes import describe, processes
from stillwatch.tools.tool import Look, Tool, World, in_thread


class Arguments(Tool, frozen=True):
    """The processes that use most memory or processor time; or one process."""

    diagnosis = True

    sort: Annotated[Literal["memory", "cpu"], Meta(description="what the first of them use most")] = "memory"
    pid: Annotated[int, Meta(ge=0, le=4194304, description="0: all")] = 0

    async def look(self, world: World) -> Look:
        rows = [describe(self.pid)] if self.pid else await in_thread(processes)
        key = "memory" if self.sort == "memory" else "cpu_seconds"
        rows = sorted(filter(None, rows), key=lambda row: -row[key])[:15]
        lines = [
            f"{row['pid']} {row['name']} {row['memory'] / 1048576:.0f} MiB {row['cpu_seconds']:.0f} s cpu {row['unit']}"
            + f" {' '.join(row['argv'])[:80]}"
            for row in rows
        ]
        return Look("\n".join(lines) or "no such process", {"processes": rows})
