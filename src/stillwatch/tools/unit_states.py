"""How some well-known units stand, for looks that can say something without PID 1 too."""

from __future__ import annotations

from collections.abc import Collection

from stillwatch.errors import StillwatchError
from stillwatch.tools.tool import HostReader


async def states(reader: HostReader, names: Collection[str]) -> dict[str, str] | None:
    """Active states of those that PID 1 has loaded; None where it does not answer."""
    try:
        return {row.name: row.active_state for row in await reader.systemd.listed() if row.name in names}
    except StillwatchError:
        return None


def state_lines(states: dict[str, str] | None, none: str) -> list[str]:
    """A line for each; none: what to say where there is none of them."""
    if states is None:
        return ["PID 1 does not tell about its units"]
    return [f"{name} is {state}" for name, state in states.items()] or [none]
