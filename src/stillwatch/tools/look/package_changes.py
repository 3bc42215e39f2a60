"""Packages that were installed, upgraded or removed lately, by which command and person, from apt's history."""

from __future__ import annotations

import contextlib
import gzip
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from stillwatch.records.iso import iso
from stillwatch.tools.tool import Look, Tool, World

LOGS = "/var/log/apt/history.log"
KINDS = ("Install", "Upgrade", "Remove", "Purge", "Downgrade", "Reinstall")


class Arguments(Tool, frozen=True):
    """Packages that were installed, upgraded or removed lately, by which command and person, from apt's history."""

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 168.0

    async def look(self, world: World) -> Look:
        since = world.clock.now() - self.hours * 3600
        text = world.text(LOGS)
        for older in world.paths(f"{LOGS}.1.gz"):
            with contextlib.suppress(OSError, EOFError):
                text = gzip.decompress(older.read_bytes()[:4_194_304]).decode("utf-8", "replace") + "\n\n" + text
        rows = [row for row in runs(text) if row["at"] >= since][::-1]
        lines = [
            f"{iso(row['at'])} {row['by'] or 'unknown'} ({row['command'][:80]}): "
            + "; ".join(f"{kind} {', '.join(names[:8])}" for kind, names in row["packages"].items())
            for row in rows[:20]
        ]
        return Look(
            "\n".join(lines) or f"apt changed no package in {self.hours:g} h", {"runs": rows, "hours": self.hours}
        )


def runs(history: str) -> list[dict[str, Any]]:
    """apt's history.log, oldest first; its times are the host's own."""
    found = []
    for block in history.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        with contextlib.suppress(ValueError, KeyError):
            at = datetime.strptime(fields["Start-Date"], "%Y-%m-%d  %H:%M:%S").astimezone().timestamp()
            packages = {kind: _names(fields[kind]) for kind in KINDS if kind in fields}
            row = {
                "at": at,
                "command": fields.get("Commandline", ""),
                "by": fields.get("Requested-By", "").split(" ")[0],
            }
            found.append({**row, "packages": packages})
    return found


def _names(listed: str) -> list[str]:
    return [entry.partition(":")[0] for entry in listed.split("), ")]
