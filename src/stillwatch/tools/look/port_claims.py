"""Which installed units speak of a port in their files, whether or not they run."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.host.unitfiles import claims
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Which installed units speak of a port in their files, whether or not they run."""

    port: Annotated[int, Meta(ge=1, le=65535, description="the port")]

    async def look(self, reader: HostReader) -> Look:
        rows = await in_thread(lambda: claims(self.port))
        lines = [f"{row['unit']} {row['how']} port {self.port} ({row['path']})" for row in rows[:20]]
        return Look("\n".join(lines) or f"no unit's file speaks of port {self.port}", {"claims": rows[:20]})
