"""How full the file systems are; for a path: biggest folders, files, rotated logs, deleted files held open."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from stillwatch.host.disk import scan
from stillwatch.host.metrics import read_metrics
from stillwatch.host.processes import deleted_open
from stillwatch.tools.paths import checked
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """How full the file systems are; for a path: biggest folders, files, rotated logs, deleted files held open."""

    diagnosis = True

    path: Annotated[str, Meta(max_length=4096, description="absolute; empty: all file systems")] = ""

    async def look(self, reader: HostReader) -> Look:
        if not self.path:
            read = await read_metrics(reader.host, reader.clock.now())
            full = [event for event in read.events if event.subject]
            data = [{"path": event.subject, "metric": event.fields["metric"], "value": event.value} for event in full]
            return Look("\n".join(event.text for event in full), {"filesystems": data, "problems": list(read.problems)})
        path = checked(self.path)
        found = await in_thread(lambda: scan(path))
        held = await in_thread(deleted_open)
        lines = [] if found["complete"] else ["(not all was seen)"]
        for name in ("folders", "files", "rotated_logs", "most_entries"):
            lines += [f"{name}:", *(_row(row) for row in found[name][:5])]
        lines += [
            f"deleted but held: {row['path']} {row['size']} bytes, pid {row['pid']} {row['unit']}" for row in held[:5]
        ]
        return Look("\n".join(lines), {**found, "deleted_open": held})


def _row(row: dict[str, Any]) -> str:
    count = row.get("entries", row.get("count"))
    return f"  {row['path']} {row['bytes'] / 1048576:.1f} MiB" + (f", {count} entries" if count else "")
