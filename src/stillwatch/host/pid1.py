"""What PID 1 knows of units, over D-Bus, one connection kept open (org.freedesktop.systemd1(5)). Asks only.

Leaner than systemd.py: no lists, no signals, no redaction, since the gate's process idles in a few megabytes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from stillwatch.host.bus import Bus
from stillwatch.host.sessions import PROPERTIES, served_by
from stillwatch.host.unitstate import as_state
from stillwatch.records.unit import UnitState

SYSTEMD: Final = "org.freedesktop.systemd1"
PATH: Final = "/org/freedesktop/systemd1"
MANAGER: Final = f"{SYSTEMD}.Manager"
DEADLINE: Final = 5.0


class Pid1:
    """address: of another bus than the system's. Connects at the first call and again after a loss.

    Every method raises NotReachable, or BusError where systemd answers with an error.
    """

    def __init__(self, address: str | None = None) -> None:
        self.address = address
        self._bus: Bus | None = None

    async def unit(self, name: str) -> UnitState | None:
        """The unit by any of its names; None where it is not loaded (LoadState is not "loaded")."""
        facts = await self.facts(name)
        return as_state(facts) if facts.get("LoadState") == "loaded" else None

    async def facts(self, name: str) -> dict[str, Any]:
        """All properties of all interfaces of the unit."""
        path = (await self.ask(PATH, MANAGER, "LoadUnit", "s", [name]))[0]
        body = (await self.ask(path, PROPERTIES, "GetAll", "s", [""]))[0]
        return {name: variant.value for name, variant in body.items()}

    async def system_state(self) -> str:
        """PID 1's SystemState: "running", "degraded", "starting", …"""
        return str((await self.ask(PATH, PROPERTIES, "Get", "ss", [MANAGER, "SystemState"]))[0].value)

    async def sessions(self, units: Collection[str]) -> tuple[str, ...]:
        """Ids of logind's open sessions that would end with one of these units; see sessions.py."""
        mains = {(await self.facts(unit)).get("MainPID", 0) for unit in units}
        return await served_by(await self.connected(), units, mains)

    async def ask(self, path: str, interface: str, member: str, signature: str, body: Sequence[Any]) -> list[Any]:
        """One question to PID 1."""
        return await (await self.connected()).call(SYSTEMD, path, interface, member, signature, body)

    async def connected(self) -> Bus:
        """The open connection."""
        if self._bus is None or not self._bus.open:
            self._bus = await Bus.connect(self.address, deadline=DEADLINE)
            await self.greet(self._bus)
        return self._bus

    async def greet(self, bus: Bus) -> None:
        """What is said first on a new connection."""

    async def close(self) -> None:
        if self._bus is not None:
            self._bus.close()
