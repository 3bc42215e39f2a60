"""What was run with sudo, doas or by polkit's leave lately, by whom, and what was denied."""

from __future__ import annotations

import re
from typing import Annotated, Final

from msgspec import Meta

from stillwatch.records.iso import iso
from stillwatch.tools.journal_lines import said_by
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

_RAN = re.compile(
    r"^\s*(?P<user>\S+) : (?P<why>.*?)TTY=(?P<tty>\S+) ; PWD=(?P<folder>\S+) ; USER=(?P<as>\S+) ;"
    r".*?COMMAND=(?P<command>.+)$"
)
_DOAS = re.compile(r"^(?P<user>\S+) ran command (?P<command>.+) as (?P<as>\S+) from (?P<folder>\S+)$")
_POLKIT = re.compile(
    r"successfully authenticated as unix-user:(?P<as>\S+) to gain .+ \[(?P<command>[^\]]+)\]"
    r" \(owned by unix-user:(?P<user>[^)]+)\)"
)
FORMS: Final = {"sudo": _RAN, "doas": _DOAS, "polkitd": _POLKIT}


class Arguments(Tool, frozen=True):
    """What was run with sudo, doas or by polkit's leave lately, by whom, and what was denied."""

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 24.0

    async def look(self, reader: HostReader) -> Look:
        lines = await in_thread(lambda: said_by(reader, list(FORMS), self.hours * 3600))
        read = [(line, FORMS[name].search(line.text)) for line in lines if (name := line.field("SYSLOG_IDENTIFIER"))]
        found = [(line, match.groupdict()) for line, match in read if match]
        rows = [
            {
                "at": line.at,
                "user": one["user"],
                "as": one["as"],
                "command": one["command"][:200],
                "folder": one.get("folder", "/"),
                "how": line.field("SYSLOG_IDENTIFIER").removesuffix("d"),
                "denied": bool(one.get("why")),
            }
            for line, one in found
        ]
        text = [
            f"{iso(row['at'])} {row['user']} as {row['as']}{' DENIED' if row['denied'] else ''}: {row['command']}"
            for row in rows[-20:]
        ]
        return Look(
            "\n".join(text) or f"nothing was run with sudo in {self.hours:g} h",
            {"commands": rows[::-1], "count": len(rows)},
        )
