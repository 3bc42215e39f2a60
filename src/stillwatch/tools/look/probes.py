"""What the owner declared that it has to answer, and what each answers now."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from stillwatch.host.probes import Answered, ask, shown
from stillwatch.records.iso import iso
from stillwatch.tables.declared import Probe
from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """What the owner declared that it has to answer, and what each answers now."""

    seconds: ClassVar[float] = 62.0

    async def look(self, reader: HostReader) -> Look:
        answers = await asyncio.gather(*map(ask, reader.probes))
        told = list(zip(reader.probes, answers, strict=True))
        rows = [
            {
                "name": probe.name,
                "url": shown(probe),
                "unit": probe.unit or "",
                "right": not answered.why,
                "why": answered.why,
                "seconds": round(answered.seconds, 3),
                "certificate_ends": answered.ends,
            }
            for probe, answered in told
        ]
        nothing = "no probe is declared: a table [[watch.probes]] of the configuration declares one"
        return Look("\n".join(_line(probe, answered) for probe, answered in told) or nothing, {"probes": rows})


def _line(probe: Probe, answered: Answered) -> str:
    until = f", certificate good until {iso(answered.ends)}" if answered.ends else ""
    return f"{probe.name} ({shown(probe)}): {answered.why or f'right, {answered.seconds:.3f} s'}{until}"
