"""What the kernel warned of lately."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.records.iso import iso
from stillwatch.tools.journal_lines import newest
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread
from stillwatch.untrusted.redact import safe_text

MOST = 200


class Arguments(Tool, frozen=True):
    """What the kernel warned of lately."""

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 24.0

    async def look(self, reader: HostReader) -> Look:
        matches = ["_TRANSPORT=kernel", *(f"PRIORITY={number}" for number in range(5))]
        found = await in_thread(lambda: newest(reader, self.hours * 3600, MOST, matches=matches))
        rows = [{"at": line.at, "text": safe_text(line.text, 300)} for line in found if line.trusted]
        text = [f"{iso(float(str(row['at'])))} {row['text']}" for row in rows[-20:]]
        return Look(
            "\n".join(text) or f"no warning of the kernel in {self.hours:g} h",
            {"lines": rows[::-1], "count": len(rows), "most": MOST},
        )
