"""Which processes hold a lock on a file, by the kernel's own list."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from stillwatch.host.processes import described
from stillwatch.tools.paths import checked
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

LOCKS = Path("/proc/locks")
BESIDE = ("", "-shm", "-wal")
"""SQLite locks the file itself, or one beside it (https://www.sqlite.org/wal.html)."""


class Arguments(Tool, frozen=True):
    """Which processes hold a lock on a file, by the kernel's own list."""

    path: Annotated[str, Meta(min_length=1, max_length=4096, description="absolute")]

    async def look(self, reader: HostReader) -> Look:
        path = checked(self.path)
        rows = await in_thread(lambda: _holders(path))
        lines = [f"{row['pid']} {row['name']} {row['unit'] or 'of no unit'}" for row in rows]
        return Look("\n".join(lines) or f"nobody holds a lock on {path}", {"holders": rows, "path": path})


def _holders(path: str) -> list[dict[str, Any]]:
    """proc(5): each line ends with type, pid, major:minor:inode, start and end."""
    wanted = set()
    for name in BESIDE:
        try:
            wanted.add(os.stat(f"{path}{name}").st_ino)  # noqa: PTH116
        except OSError:
            continue
    found = []
    for line in LOCKS.read_text().splitlines():
        words = [word for word in line.split()[1:] if word != "->"]
        if len(words) > 4 and words[4].rpartition(":")[2].isdecimal() and int(words[4].rpartition(":")[2]) in wanted:
            found.append(int(words[3]))
    return described(dict.fromkeys(found))
