"""Who is logged in now: user, since when, from where, on which terminal."""

from __future__ import annotations

from typing import Any

import psutil

from stillwatch.errors import StillwatchError
from stillwatch.host.sessions import open_sessions
from stillwatch.records.iso import iso
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Who is logged in now: user, since when, from where, on which terminal."""

    async def look(self, reader: HostReader) -> Look:
        try:
            rows = await open_sessions(reader.systemd.address)
        except StillwatchError:
            rows = await in_thread(_by_utmp)
        lines = [
            f"{row['user']} since {iso(row['since'])} on {row['terminal'] or 'no terminal'}"
            + (f" from {row['from']}" if row["from"] else "")
            for row in rows
        ]
        return Look("\n".join(lines) or "nobody is logged in", {"sessions": rows})


def _by_utmp() -> list[dict[str, Any]]:
    return [
        {"user": one.name, "since": one.started, "from": one.host or "", "terminal": one.terminal or ""}
        for one in psutil.users()
    ]
