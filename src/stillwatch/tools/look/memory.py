"""Memory, swap, load and pressure of the host now."""

from __future__ import annotations

from stillwatch.host.metrics import read_metrics
from stillwatch.tools.tool import Look, Tool, World


class Arguments(Tool, frozen=True):
    """Memory, swap, load and pressure of the host now."""

    diagnosis = True

    async def look(self, world: World) -> Look:
        read = await read_metrics(world.host, world.clock.now())
        rows = [event for event in read.events if not event.subject]
        data: dict[str, object] = {event.fields["metric"]: event.value for event in rows}
        return Look(
            "\n".join([*(event.text for event in rows), *read.problems]), data | {"problems": list(read.problems)}
        )
