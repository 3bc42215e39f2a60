"""Lock and pid files of this host, and whether the process that each names still lives; of one path if asked."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.host.locks import lock_files
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Lock and pid files of this host, and whether the process that each names still lives; of one path if asked."""

    diagnosis = True

    path: Annotated[str, Meta(max_length=4096, description="absolute; empty: all")] = ""

    async def look(self, reader: HostReader) -> Look:
        rows = [row for row in await in_thread(lock_files) if self.path in ("", row["path"])]
        lines = [f"{row['path']}: {_holder(row['pid'], row['alive'])}" for row in rows]
        return Look("\n".join(lines[:60]) or "no such lock file", {"locks": rows})


def _holder(pid: int, alive: bool) -> str:
    return f"process {pid}, which {'lives' if alive else 'is dead'}" if pid else "names no process"
