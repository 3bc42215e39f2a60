"""How long the last start of the host took, by PID 1's own clocks (org.freedesktop.systemd1(5))."""

from __future__ import annotations

from typing import Final, NamedTuple

from stillwatch.host.bus import Bus
from stillwatch.host.systemd import MANAGER, NAME, PROPERTIES, ROOT

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
