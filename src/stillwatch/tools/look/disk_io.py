"""How much each disk reads and writes right now, and which processes do it, as far as they may be seen."""

from __future__ import annotations

import asyncio
from typing import Any

import psutil

from stillwatch.records.amount import size
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

SAMPLE_SECONDS = 0.5


class Arguments(Tool, frozen=True):
    """How much each disk reads and writes right now, and which processes do it, as far as they may be seen."""

    async def look(self, reader: HostReader) -> Look:
        before = await in_thread(_counters)
        await asyncio.sleep(SAMPLE_SECONDS)
        after = await in_thread(_counters)
        rows = [
            {
                "disk": name,
                **{kind: (after[name][kind] - before[name][kind]) / SAMPLE_SECONDS for kind in ("read", "written")},
            }
            for name in sorted(after.keys() & before.keys())
        ]
        lines = [f"{row['disk']}: {size(row['read'])}/s read, {size(row['written'])}/s written" for row in rows]
        return Look("\n".join(lines) or "no disk of its own is counted here", {"disks": rows})


def _counters() -> dict[str, dict[str, Any]]:
    found = psutil.disk_io_counters(perdisk=True) or {}
    return {
        name: {"read": one.read_bytes, "written": one.write_bytes} for name, one in found.items() if "loop" not in name
    }
