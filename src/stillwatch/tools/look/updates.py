"""Package updates that wait, which of them are for security, and how old the lists are that say so."""

from __future__ import annotations

import re
from typing import Any

from stillwatch.errors import NotReachable
from stillwatch.host.command import MISSING, run
from stillwatch.records.amount import span
from stillwatch.tools.tool import HostReader, Look, Tool

_INSTALL = re.compile(r"^Inst (?P<name>\S+) (?:\[(?P<old>[^\]]*)\] )?\((?P<new>\S+) (?P<origin>[^\[)]*)")
LISTS = "/var/lib/apt/lists"


class Arguments(Tool, frozen=True):
    """Package updates that wait, which of them are for security, and how old the lists are that say so."""

    async def look(self, reader: HostReader) -> Look:
        ended = await run(["apt-get", "-s", "-o", "Debug::NoLocking=true", "-qq", "dist-upgrade"], seconds=7.0)
        if ended.code == MISSING:
            raise NotReachable("there is no apt-get here, and no other package manager that I can ask")
        if not ended.ok:
            raise NotReachable(f"apt-get does not say: {(ended.err or ended.out).strip()[:200]}")
        rows = waiting(ended.out)
        times = [path.stat().st_mtime for path in reader.paths(f"{LISTS}/*Packages*")]
        age = reader.clock.now() - max(times) if times else -1.0
        security = [row for row in rows if row["security"]]
        known = (
            f"by package lists {span(age)} old"
            if times
            else "but there are no package lists: apt-get update was never run"
        )
        text = [f"{len(rows)} updates wait, {len(security)} of them for security, {known}"]
        text += [
            f"{row['name']} {row['old']} -> {row['new']}{' (security)' if row['security'] else ''}" for row in rows
        ]
        return Look(
            "\n".join(text[:40]), {"updates": rows, "count": len(rows), "security": len(security), "lists_age": age}
        )


def waiting(output: str) -> list[dict[str, Any]]:
    """What `apt-get -s dist-upgrade` would install over what is there; new packages that come along are left out."""
    found = (match for line in output.splitlines() if (match := _INSTALL.match(line)))
    return [
        {"name": one["name"], "old": one["old"], "new": one["new"], "security": "security" in one["origin"].casefold()}
        for one in found
        if one["old"]
    ]
