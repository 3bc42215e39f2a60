"""The processes that use most memory or processor time, or began last; of one unit, of one name, or one process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from stillwatch.helpers.process_table import Row
from stillwatch.host.processes import describe, described, table
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

MOST: Final = 15
KEYS: Final[dict[str, Callable[[Row], int]]] = {
    "memory": lambda row: row.memory,
    "cpu": lambda row: row.cpu,
    "start": lambda row: row.start,
}
AMOUNTS: Final = {"memory": "memory", "cpu": "cpu_seconds", "start": "started"}
"""The same in a described row: what is looked at twice has changed meanwhile."""


class Arguments(Tool, frozen=True):
    """The processes that use most memory or processor time, or began last; of one unit, of one name, or one process."""

    diagnosis = True

    sort: Annotated[
        Literal["memory", "cpu", "start"], Meta(description="what the first of them use most; start: the newest first")
    ] = "memory"
    pid: Annotated[int, Meta(ge=0, le=4194304, description="0: all")] = 0
    unit: Annotated[str, Meta(max_length=255, description="of this unit alone; empty: all")] = ""
    name: Annotated[str, Meta(max_length=64, description="of this name alone; empty: all")] = ""
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
        kept = [row for row in table() if self.unit in ("", row.unit) and self.name in ("", row.name)]
        most = sorted(kept, key=lambda row: -KEYS[self.sort](row))[:MOST]
        if not self.arguments:
            return [describe(row) for row in most]
        return sorted(described([row.pid for row in most]), key=lambda row: -row[AMOUNTS[self.sort]])
