"""Memory, swap, load and pressure of the host now."""

from __future__ import annotations

from stillwatch.host.metrics import read_metrics
from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """Memory, swap, load and pressure of the host now."""

    diagnosis = True

    async def look(self, reader: HostReader) -> Look:
        read = await read_metrics(reader.host, reader.clock.now())
        rows = [event for event in read.events if not event.subject]
        data: dict[str, object] = {event.fields["metric"]: event.value for event in rows}
        return Look(
            "\n".join([*(event.text for event in rows), *read.problems]), data | {"problems": list(read.problems)}
        )
