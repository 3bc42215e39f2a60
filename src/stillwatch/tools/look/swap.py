"""Swap areas, how much of them is used, and by which processes."""

from __future__ import annotations

from typing import Any

from stillwatch.host.processes import table
from stillwatch.records.amount import size
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Swap areas, how much of them is used, and by which processes."""

    async def look(self, reader: HostReader) -> Look:
        areas = [line.split() for line in reader.text("/proc/swaps").splitlines()[1:]]
        rows: list[dict[str, Any]] = [
            {"place": row[0], "size": int(row[2]) * 1024, "used": int(row[3]) * 1024} for row in areas if len(row) > 3
        ]
        users: list[dict[str, Any]] = await in_thread(_users) if rows else []
        lines = [f"{row['place']}: {size(row['used'])} of {size(row['size'])} used" for row in rows]
        lines += [f"{row['pid']} {row['name']} {size(row['swap'])} {row['unit']}" for row in users]
        return Look("\n".join(lines) or "there is no swap here", {"areas": rows, "processes": users})


def _users() -> list[dict[str, Any]]:
    """The ten that have most in it."""
    most = sorted(table(), key=lambda row: -row.swap)[:10]
    return [{"pid": row.pid, "name": row.name, "swap": row.swap, "unit": row.unit} for row in most if row.swap]
