"""What was run with sudo lately, by whom, and what was denied."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

from stillwatch.records.iso import iso
from stillwatch.tools.journal_lines import said_by
from stillwatch.tools.tool import Look, Tool, World, in_thread

_RAN = re.compile(
    r"^\s*(?P<user>\S+) : (?P<why>.*?)TTY=(?P<tty>\S+) ; PWD=(?P<folder>\S+) ; USER=(?P<as>\S+) ;"
    r".*?COMMAND=(?P<command>.+)$"
)


class Arguments(Tool, frozen=True):
    """What was run with sudo lately, by whom, and what was denied."""

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 24.0

    async def look(self, world: World) -> Look:
        lines = await in_thread(lambda: said_by(world, ["sudo"], self.hours * 3600))
        found = [(line.at, match) for line in lines if (match := _RAN.search(line.text))]
        rows = [
            {
                "at": at,
                "user": one["user"],
                "as": one["as"],
                "command": one["command"][:200],
                "folder": one["folder"],
                "denied": bool(one["why"]),
            }
            for at, one in found
        ]
        text = [
            f"{iso(row['at'])} {row['user']} as {row['as']}{' DENIED' if row['denied'] else ''}: {row['command']}"
            for row in rows[-20:]
        ]
        return Look(
            "\n".join(text) or f"nothing was run with sudo in {self.hours:g} h",
            {"commands": rows[::-1], "count": len(rows)},
        )
