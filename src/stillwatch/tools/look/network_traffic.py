"""How much each network interface receives and sends right now."""

from __future__ import annotations

import asyncio

import psutil

from stillwatch.records.amount import size
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

SAMPLE_SECONDS = 0.5


class Arguments(Tool, frozen=True):
    """How much each network interface receives and sends right now."""

    async def look(self, reader: HostReader) -> Look:
        before = await in_thread(lambda: psutil.net_io_counters(pernic=True))
        await asyncio.sleep(SAMPLE_SECONDS)
        after = await in_thread(lambda: psutil.net_io_counters(pernic=True))
        rows = [
            {
                "interface": name,
                "received": (after[name].bytes_recv - before[name].bytes_recv) / SAMPLE_SECONDS,
                "sent": (after[name].bytes_sent - before[name].bytes_sent) / SAMPLE_SECONDS,
                "received_in_all": after[name].bytes_recv,
                "sent_in_all": after[name].bytes_sent,
            }
            for name in after.keys() & before.keys()
        ]
        rows.sort(key=lambda row: str(row["interface"]))
        lines = [f"{row['interface']}: {size(row['received'])}/s in, {size(row['sent'])}/s out" for row in rows]
        return Look("\n".join(lines) or "no interface", {"interfaces": rows})
