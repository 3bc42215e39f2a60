"""How long the last start of the host took, and which units took longest."""

from __future__ import annotations

from stillwatch.host.starttimes import slowest, start_times
from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """How long the last start of the host took, and which units took longest."""

    async def look(self, reader: HostReader) -> Look:
        times = await start_times(reader.systemd.address)
        if not times.finished:
            return Look("the start has not finished yet", {"finished": False})
        units = await slowest(reader.systemd.address)
        whole = times.finished - times.userspace
        data = {"finished": True, "userspace": whole, "before": times.userspace}
        rows = [{"unit": name, "seconds": seconds} for name, seconds in units]
        lines = [f"{whole:.1f} s in user space, {times.userspace:.1f} s before that"]
        return Look(
            "\n".join([*lines, *(f"{seconds:.3f} s {name}" for name, seconds in units)]), {**data, "units": rows}
        )
