"""Software RAID (md) arrays: level, members, and whether one is missing."""

from __future__ import annotations

import re
from typing import Any

from stillwatch.tools.tool import HostReader, Look, Tool

_ARRAY = re.compile(r"^(md\S*) : (\S+)(?: \(\S+\))?(?: (\S*raid\S*|linear|faulty|multipath))? (.*)$")
_MEMBERS = re.compile(r"\[(\d+)/(\d+)\] \[([U_]+)\]")


class Arguments(Tool, frozen=True):
    """Software RAID (md) arrays: level, members, and whether one is missing."""

    async def look(self, reader: HostReader) -> Look:
        rows = arrays(reader.text("/proc/mdstat"))
        lines = [
            f"{row['name']} {row['level']} {row['state']}: {row['present']} of {row['wanted']} members"
            + (f", {row['doing']}" if row["doing"] else "")
            for row in rows
        ]
        return Look("\n".join(lines) or "no software RAID on this host", {"arrays": rows})


def arrays(mdstat: str) -> list[dict[str, Any]]:
    """What md(4) tells in /proc/mdstat."""
    found: list[dict[str, Any]] = []
    for line in mdstat.splitlines():
        if head := _ARRAY.match(line):
            row = {"name": head[1], "state": head[2], "level": head[3] or "", "doing": "", "healthy": True}
            found.append({**row, "wanted": 0, "present": 0, "members": head[4].split()})
        elif found and (members := _MEMBERS.search(line)):
            found[-1] |= {"wanted": int(members[1]), "present": int(members[2]), "healthy": "_" not in members[3]}
        elif found and (doing := re.search(r"(recovery|resync|check|reshape)\s*=\s*([\d.]+%)", line)):
            found[-1]["doing"] = f"{doing[1]} {doing[2]}"
    return found
