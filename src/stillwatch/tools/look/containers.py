"""Containers and virtual machines, by their control groups: engine, name or id, and processes."""

from __future__ import annotations

from collections import Counter

from stillwatch.helpers.process_table import Row
from stillwatch.host.processes import table
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread
from stillwatch.tools.unit_states import state_lines, states

ENGINES = ("docker.service", "podman.service", "containerd.service", "k3s.service", "lxc.service", "libvirtd.service")


class Arguments(Tool, frozen=True):
    """Containers and virtual machines, by their control groups: engine, name or id, and processes."""

    async def look(self, reader: HostReader) -> Look:
        engines = await states(reader, ENGINES)
        rows: list[Row] = await in_thread(table)
        found = Counter(row.container for row in rows if row.container)
        first = {row.container: row.name for row in reversed(rows)}
        listed = [
            {"engine": engine, "name": name, "processes": count, "program": first[f"{engine} {name}"]}
            for (engine, _, name), count in ((one.partition(" "), count) for one, count in found.items())
        ]
        lines = state_lines(engines, "no container engine is loaded")
        lines += [f"{row['engine']} {row['name']}: {row['program']}, {row['processes']} processes" for row in listed]
        return Look(
            "\n".join(lines) or "no container engine and no container", {"engines": engines, "containers": listed}
        )
