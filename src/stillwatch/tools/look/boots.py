"""When the host was started, and how each run before ended: the journal's last words of it."""

from __future__ import annotations

from stillwatch.host.boots import boots
from stillwatch.records.iso import iso
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """When the host was started, and how each run before ended: the journal's last words of it."""

    async def look(self, reader: HostReader) -> Look:
        found = await in_thread(boots)
        rows = [
            {"first": one.first, "last": one.last, "ended": one.ended, "last_words": list(one.last_words)}
            for one in found
        ]
        lines = [
            f"{iso(one.first)} to {iso(one.last)}: {one.ended}" + (f" – {one.last_words[-1]}" if one.last_words else "")
            for one in found
        ]
        return Look("\n".join(lines) or "the journal knows of no start", {"boots": rows})
