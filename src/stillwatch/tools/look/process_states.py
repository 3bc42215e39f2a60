"""How many processes there are, and which are dead and not fetched (zombies) or stuck in the kernel (D)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psutil

from stillwatch.host.processes import STATES, table
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """How many processes there are, and which are dead and not fetched (zombies) or stuck in the kernel (D)."""

    async def look(self, reader: HostReader) -> Look:
        rows = await in_thread(_states)
        counts = Counter(str(row["state"]) for row in rows)
        zombies = [row for row in rows if row["state"] == psutil.STATUS_ZOMBIE]
        stuck = [row for row in rows if row["state"] == psutil.STATUS_DISK_SLEEP]
        lines = [f"{len(rows)} processes, {len(zombies)} zombies, {len(stuck)} stuck in the kernel"]
        lines += [
            f"zombie {row['pid']} {row['name']}, child of {row['parent']} {row['parent_name']} {row['parent_unit']}"
            for row in zombies[:10]
        ]
        lines += [f"stuck {row['pid']} {row['name']}" for row in stuck[:10]]
        data = {"count": len(rows), "states": dict(counts), "zombies": zombies[:50], "stuck": stuck[:50]}
        return Look("\n".join(lines), data)


def _states() -> list[dict[str, Any]]:
    rows = table()
    by_pid = {row.pid: row for row in rows}
    found: list[dict[str, Any]] = []
    for row in rows:
        parent = by_pid.get(row.parent)
        facts = {"pid": row.pid, "name": row.name, "state": STATES.get(row.state, "?"), "parent": row.parent}
        of = (
            {"parent_name": parent.name, "parent_unit": parent.unit}
            if parent
            else {"parent_name": "", "parent_unit": ""}
        )
        found.append({**facts, **of})
    return found
