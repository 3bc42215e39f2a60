"""How long the last start of the host took, by PID 1's own clocks (org.freedesktop.systemd1(5))."""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple

from stillwatch.host.bus import Bus
from stillwatch.host.systemd import MANAGER, NAME, PROPERTIES, ROOT

UNIT: Final = "org.freedesktop.systemd1.Unit"
SLEEPS: Final = (".device", ".target", ".slice", ".scope")
"""They wait for others, or are there at once."""
BEGAN_AND_DONE: Final = ("InactiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic")
CLOCKS: Final = ("UserspaceTimestampMonotonic", "FinishTimestampMonotonic")


class StartTimes(NamedTuple):
    """Seconds on the monotonic clock; finished: 0.0 while the start goes on."""

    userspace: float
    finished: float


async def start_times(address: str | None = None) -> StartTimes:
    """When user space began and when the start was done. Raises NotReachable, BusError."""
    async with await Bus.connect(address) as bus:
        answers = [(await bus.call(NAME, ROOT, PROPERTIES, "Get", "ss", [MANAGER, name]))[0] for name in CLOCKS]
        return StartTimes(*(int(answer.value) / 1e6 for answer in answers))


async def slowest(address: str | None = None, most: int = 10) -> list[tuple[str, float]]:
    """Units and the seconds that each took from its start until it was up, the slowest first. Raises NotReachable,
    BusError."""
    async with await Bus.connect(address) as bus:
        (listed,) = await bus.call(NAME, ROOT, MANAGER, "ListUnits")
        up = [(str(row[0]), str(row[6])) for row in listed if row[3] == "active" and not str(row[0]).endswith(SLEEPS)]

        async def took(path: str) -> float:
            answers = [
                (await bus.call(NAME, path, PROPERTIES, "Get", "ss", [UNIT, name]))[0] for name in BEGAN_AND_DONE
            ]
            began, done = (int(answer.value) / 1e6 for answer in answers)
            return max(done - began, 0.0) if began else 0.0

        times = await asyncio.gather(*(took(path) for _, path in up))
    ranked = sorted(zip((name for name, _ in up), times, strict=True), key=lambda row: -row[1])
    return [(name, seconds) for name, seconds in ranked[:most] if seconds > 0]
