"""Oneshot units of this host that look as if they clean a directory; which of them may be run, the policy says."""

from __future__ import annotations

import asyncio
from typing import Annotated

from msgspec import Meta

from stillwatch.host.cleaners import own_services, suits
from stillwatch.records.unit import UnitState
from stillwatch.tools.paths import checked
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Oneshot units of this host that look as if they clean a directory; which of them may be run, the policy says."""

    diagnosis = True

    path: Annotated[str, Meta(min_length=1, max_length=4096, description="the directory, absolute")]

    async def look(self, reader: HostReader) -> Look:
        path = checked(self.path)
        names = await in_thread(own_services)
        answers = await asyncio.gather(*(reader.systemd.unit(name) for name in names), return_exceptions=True)
        units = [unit for unit in answers if isinstance(unit, UnitState)]
        ranked = sorted(((suits(unit, path), unit) for unit in units), key=lambda row: (-row[0], row[1].name))
        rows = [
            {"unit": unit.name, "description": unit.description, "argv": list(unit.exec_start), "fit": fit}
            for fit, unit in ranked
            if fit
        ][:10]
        lines = [f"{row['unit']} ({row['description']}): {' '.join(row['argv'])}" for row in rows]  # type: ignore[arg-type]
        return Look("\n".join(lines) or f"no unit of this host cleans {path}", {"cleaners": rows})
