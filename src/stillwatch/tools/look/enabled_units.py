"""Unit files that are enabled, disabled or masked: what is started with the host, and what is not."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from stillwatch.host.unit_files import in_state
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Unit files that are enabled, disabled or masked: what is started with the host, and what is not."""

    state: Annotated[Literal["enabled", "disabled", "masked"], Meta(description="which of them")] = "enabled"

    async def look(self, reader: HostReader) -> Look:
        names = await in_thread(lambda: in_state(self.state, reader.root))
        return Look("\n".join(names) or f"no unit file is {self.state}", {"state": self.state, "units": names})
