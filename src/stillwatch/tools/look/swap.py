"""Swap areas, how much of them is used, and by which processes."""

from __future__ import annotations

import re
from typing import Any

from stillwatch.host.processes import unit_of
from stillwatch.records.amount import size
from stillwatch.tools.tool import Look, Tool, World, in_thread


class Arguments(Tool, frozen=True):
    """Swap areas, how much of them is used, and by which processes."""

    async def look(self, world: World) -> Look:
        areas = [line.split() for line in world.text("/proc/swaps").splitlines()[1:]]
        rows: list[dict[str, Any]] = [
            {"place": row[0], "size": int(row[2]) * 1024, "used": int(row[3]) * 1024} for row in areas if len(row) > 3
        ]
        users: list[dict[str, Any]] = await in_thread(lambda: _users(world)) if rows else []
        lines = [f"{row['place']}: {size(row['used'])} of {size(row['size'])} used" for row in rows]
        lines += [f"{row['pid']} {row['name']} {size(row['swap'])} {row['unit']}" for row in users]
        return Look("\n".join(lines) or "there is no swap here", {"areas": rows, "processes": users})


def _users(world: World) -> list[dict[str, Any]]:
    """The ten that have most in it (VmSwap of proc_pid_status(5))."""
    found = []
    for path in world.paths("/proc/[0-9]*"):
        try:
            text = world.text(f"/proc/{path.name}/status", 4_096)
        except OSError:
            continue
        name, used = re.search(r"^Name:\s*(.+)$", text, re.M), re.search(r"^VmSwap:\s*(\d+) kB", text, re.M)
        if name and used and int(used[1]):
            found.append({"pid": int(path.name), "name": name[1], "swap": int(used[1]) * 1024})
    found.sort(key=lambda row: -int(str(row["swap"])))
    return [{**row, "unit": unit_of(int(str(row["pid"])))} for row in found[:10]]
