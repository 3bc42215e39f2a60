"""How many files are open, and which processes hold most, as far as they may be seen."""

from __future__ import annotations

import contextlib
from typing import Any

import psutil

from stillwatch.host.processes import unit_of
from stillwatch.tools.tool import Look, Tool, World, in_thread


class Arguments(Tool, frozen=True):
    """How many files are open, and which processes hold most, as far as they may be seen."""

    async def look(self, world: World) -> Look:
        used, _, most = (int(word) for word in (world.text("/proc/sys/fs/file-nr") or "0 0 0").split())
        rows, unseen = await in_thread(_holders)
        lines = [f"{used} of {most} file handles in use"]
        lines += [f"{row['pid']} {row['name']} {row['open']} open {row['unit']}" for row in rows]
        lines += [f"{unseen} processes of others may not be counted"] if unseen else []
        return Look("\n".join(lines), {"used": used, "most": most, "processes": rows, "unseen": unseen})


def _holders() -> tuple[list[dict[str, Any]], int]:
    rows, unseen = [], 0
    for process in psutil.process_iter(["name"]):
        try:
            rows.append({"pid": process.pid, "name": process.info["name"], "open": process.num_fds()})
        except psutil.AccessDenied:
            unseen += 1
        except psutil.Error:
            continue
    rows.sort(key=lambda row: -int(row["open"]))
    with contextlib.suppress(OSError):
        return [{**row, "unit": unit_of(int(row["pid"]))} for row in rows[:10]], unseen
    return [], unseen
