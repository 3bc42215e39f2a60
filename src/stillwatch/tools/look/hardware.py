"""Machine, processor, cores and memory."""

from __future__ import annotations

import re

from stillwatch.host.metrics import meminfo
from stillwatch.records.amount import size
from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """Machine, processor, cores and memory."""

    async def look(self, reader: HostReader) -> Look:
        cpu = reader.text("/proc/cpuinfo")
        model = re.search(r"^(?:model name|Model|Hardware)\s*:\s*(.+)$", cpu, re.M)
        maker, product = (reader.text(f"/sys/class/dmi/id/{name}").strip() for name in ("sys_vendor", "product_name"))
        seen = meminfo(reader.root / "proc")
        data = {
            "machine": " ".join(filter(None, (maker, product))),
            "processor": model[1].strip() if model else "",
            "cores": len(re.findall(r"^processor\s*:", cpu, re.M)),
            "memory": seen["MemTotal"],
            "swap": seen.get("SwapTotal", 0),
        }
        text = f"{data['cores']} cores ({data['processor'] or 'unnamed'}), {size(seen['MemTotal'])} memory"
        return Look(f"{text}, {size(seen.get('SwapTotal', 0))} swap; {data['machine'] or 'machine unnamed'}", data)
