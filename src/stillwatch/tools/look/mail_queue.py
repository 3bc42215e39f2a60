"""Mail that waits to be sent: how many messages lie in the queue of Postfix, Exim or sendmail."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from stillwatch.tools.tool import Look, Tool, World
from stillwatch.tools.unit_states import states, told

QUEUES = {
    "postfix": ("/var/spool/postfix/deferred", "/var/spool/postfix/active", "/var/spool/postfix/incoming"),
    "exim": ("/var/spool/exim4/input", "/var/spool/exim/input"),
    "sendmail": ("/var/spool/mqueue",),
}
SERVICES = ("postfix.service", "postfix@-.service", "exim4.service", "exim.service", "sendmail.service")
MOST = 100_000


class Arguments(Tool, frozen=True):
    """Mail that waits to be sent: how many messages lie in the queue of Postfix, Exim or sendmail."""

    async def look(self, world: World) -> Look:
        servers = await states(world, SERVICES)
        there = [(name, folder) for name, folders in QUEUES.items() for folder in folders if world.paths(folder)]
        rows: list[dict[str, Any]] = []
        for program, folder in there:
            count = await asyncio.to_thread(_count, world.root / folder.lstrip("/"))
            rows.append({"program": program, "folder": folder, "count": count})
        lines = told(servers, "no mail server is loaded")
        lines += [
            f"{row['folder']}: {'may not be read' if row['count'] is None else str(row['count']) + ' messages'}"
            for row in rows
        ]
        return Look("\n".join(lines) or "no mail server on this host", {"services": servers, "queues": rows})


def _count(place: Path) -> int | None:
    """Messages below; of Exim each has a header file. None where it may not be read."""
    try:
        next(place.iterdir(), None)
    except OSError:
        return None
    names = [path.name for _, path in zip(range(MOST), place.rglob("*"), strict=False) if path.is_file()]
    headers = [name for name in names if name.endswith("-H")]
    return len(headers) if headers or "exim" in str(place) else len(names)
