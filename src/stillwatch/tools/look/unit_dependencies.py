"""What one systemd unit needs, what needs it, and which of these are not active."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """What one systemd unit needs, what needs it, and which of these are not active."""

    diagnosis = True

    unit: Annotated[str, Meta(min_length=1, max_length=255, description="a unit, for example nginx.service")]

    async def look(self, reader: HostReader) -> Look:
        state = await reader.systemd.unit(self.unit)
        links = {
            name: list(getattr(state, name))
            for name in ("requires", "wants", "required_by", "triggered_by", "triggers")
        }
        active = {row.name: row.active_state for row in await reader.systemd.listed()}
        down = sorted({name for names in links.values() for name in names if active.get(name, "inactive") != "active"})
        text = "\n".join(f"{name}: {', '.join(names)}" for name, names in links.items() if names)
        return Look(f"{state.name}\n{text}\nnot active: {', '.join(down) or 'none'}", {**links, "not_active": down})
