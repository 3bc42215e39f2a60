"""Operating system, kernel, name, uptime and whether it is a virtual machine or a container."""

from __future__ import annotations

import platform
import shlex

from stillwatch.host.boot import timezone
from stillwatch.host.processes import described
from stillwatch.records.amount import span
from stillwatch.records.iso import iso
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Operating system, kernel, name, uptime and whether it is a virtual machine or a container."""

    async def look(self, reader: HostReader) -> Look:
        release = dict(_pairs(reader.text("/etc/os-release")))
        container = reader.text("/run/systemd/container").strip()
        up = float((reader.text("/proc/uptime") or "0").split()[0])
        if container:  # the kernel's is its host's
            first = await in_thread(lambda: described([1]))
            up = max(reader.clock.now() - first[0]["started"], 0.0)
        flags = reader.text("/proc/cpuinfo", 16_384)
        data = {
            "os": release.get("PRETTY_NAME") or release.get("NAME", "unknown"),
            "os_id": release.get("ID", ""),
            "kernel": platform.release(),
            "architecture": platform.machine(),
            "hostname": reader.host,
            "uptime": up,
            "booted": reader.clock.now() - up,
            "virtual": container or ("virtual machine" if " hypervisor" in flags else ""),
            "timezone": timezone(),
            "now": reader.clock.now(),
        }
        text = (
            f"{data['os']}, kernel {data['kernel']} ({data['architecture']}), host {reader.host}; "
            f"up {span(up)} since {iso(float(str(data['booted'])))}"
        )
        return Look(f"{text}; {data['virtual']}" if data["virtual"] else text, data)


def _pairs(text: str) -> list[tuple[str, str]]:
    rows = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return [(name.strip(), " ".join(shlex.split(value))) for name, _, value in rows]
