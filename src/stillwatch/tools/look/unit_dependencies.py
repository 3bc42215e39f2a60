"""What one systemd unit needs, what needs it, which of these are not active, and what a stop would end with it."""

from __future__ import annotations

import contextlib
from typing import Annotated

from msgspec import Meta

from stillwatch.errors import StillwatchError
from stillwatch.host.pid1 import Pid1
from stillwatch.tools.tool import HostReader, Look, Tool
from stillwatch.unit.transaction import effects


class Arguments(Tool, frozen=True):
    """What one systemd unit needs, what needs it, which of these are not active, and what a stop would end with it."""

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
        ends = await _ends_with(state.name, reader.systemd.address)
        told = {**links, "not active": down or ["none"], "a stop would end too": ends if ends != [] else ["none"]}
        text = "\n".join(f"{name}: {', '.join(names)}" for name, names in told.items() if names)
        return Look(f"{state.name}\n{text}", {**links, "not_active": down, "ends_with_it": ends})


async def _ends_with(unit: str, address: str | None) -> list[str] | None:
    """Units that run now and would be stopped with it; None where PID 1 does not tell, or too many hang together."""
    pid1 = Pid1(address)
    try:
        with contextlib.suppress(StillwatchError):
            found = await effects([("stop", unit)], pid1.facts)
            return sorted(name for name in found.of("stop") if name in found.up and name != unit)
        return None
    finally:
        await pid1.close()
