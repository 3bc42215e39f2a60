"""Containers and virtual machines, by their control groups: engine, name or id, and processes."""

from __future__ import annotations

import re
from collections import Counter

from stillwatch.host.processes import processes
from stillwatch.tools.tool import Look, Tool, World, in_thread
from stillwatch.tools.unit_states import states, told

_GROUPS = (
    ("docker", re.compile(r"(?:docker[-/])([0-9a-f]{12})[0-9a-f]{52}")),
    ("podman", re.compile(r"libpod-([0-9a-f]{12})[0-9a-f]{52}")),
    ("containerd", re.compile(r"cri-containerd-([0-9a-f]{12})")),
    ("lxc", re.compile(r"lxc(?:\.payload\.|/)([\w.-]+)")),
    ("machine", re.compile(r"machine\.slice/(?:machine-|systemd-nspawn@)([\w.\\-]+)\.(?:scope|service)")),
)
ENGINES = ("docker.service", "podman.service", "containerd.service", "k3s.service", "lxc.service", "libvirtd.service")


class Arguments(Tool, frozen=True):
    """Containers and virtual machines, by their control groups: engine, name or id, and processes."""

    async def look(self, world: World) -> Look:
        engines = await states(world, ENGINES)
        rows = await in_thread(processes)
        found, first = Counter[tuple[str, str]](), dict[tuple[str, str], str]()
        for row in rows:
            group = _read(world, int(row["pid"]))
            for engine, shape in _GROUPS:
                if match := shape.search(group):
                    found[engine, match[1]] += 1
                    first.setdefault((engine, match[1]), str(row["name"]))
                    break
        listed = [
            {"engine": engine, "name": name, "processes": count, "program": first[engine, name]}
            for (engine, name), count in found.items()
        ]
        lines = told(engines, "no container engine is loaded")
        lines += [f"{row['engine']} {row['name']}: {row['program']}, {row['processes']} processes" for row in listed]
        return Look(
            "\n".join(lines) or "no container engine and no container", {"engines": engines, "containers": listed}
        )


def _read(world: World, pid: int) -> str:
    try:
        return world.text(f"/proc/{pid}/cgroup")
    except OSError:
        return ""
