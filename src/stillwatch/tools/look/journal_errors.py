"""Lines of warnings and errors, of one unit or of all, the newest last."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.records.iso import iso
from stillwatch.tools.journal_lines import newest
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread
from stillwatch.untrusted.redact import safe_text

MOST = 400


class Arguments(Tool, frozen=True):
    """Lines of warnings and errors, of one unit or of all, the newest last."""

    unit: Annotated[str, Meta(max_length=255, description="of this unit alone; empty: all")] = ""
    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 24.0
    priority: Annotated[int, Meta(ge=0, le=7, description="as syslog counts: 3 errors, 4 warnings too")] = 4

    async def look(self, reader: HostReader) -> Look:
        matches = [f"PRIORITY={number}" for number in range(self.priority + 1)]
        found = await in_thread(lambda: newest(reader, self.hours * 3600, MOST, unit=self.unit, matches=matches))
        rows = [{"at": line.at, "unit": line.subject, "text": safe_text(line.text, 300)} for line in found]
        text = [f"{iso(line.at)} {line.subject}: {safe_text(line.text, 200)}" for line in found[-20:]]
        none = f"no warning or error in {self.hours:g} h"
        return Look(
            "\n".join(text) or none, {"lines": rows[::-1][:100], "count": len(rows), "most": MOST, "hours": self.hours}
        )
