"""How long the last start of the host took."""

from __future__ import annotations

from stillwatch.host.starttimes import start_times
from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """How long the last start of the host took."""

    async def look(self, reader: HostReader) -> Look:
        times = await start_times(reader.systemd.address)
        if not times.finished:
            return Look("the start has not finished yet", {"finished": False})
        data = {"finished": True, "userspace": times.finished - times.userspace, "before": times.userspace}
        text = f"{data['userspace']:.1f} s in user space, {data['before']:.1f} s before that"
        return Look(text, data)
