"""Listening TCP and UDP sockets with process and unit; of one port if asked."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.host.processes import listening
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Listening TCP and UDP sockets with process and unit; of one port if asked."""

    diagnosis = True

    port: Annotated[int, Meta(ge=0, le=65535, description="0: all")] = 0

    async def look(self, reader: HostReader) -> Look:
        rows = await in_thread(lambda: listening(self.port))
        lines = [
            f"{row['protocol']} {row['address']}:{row['port']} "
            + (f"pid {row['pid']} {row['name']} unit {row['unit'] or 'none'}" if row["pid"] else "owner unknown")
            for row in rows
        ]
        return Look("\n".join(lines[:30]) or "nothing listens", {"sockets": rows})
