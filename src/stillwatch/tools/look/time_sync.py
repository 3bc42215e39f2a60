"""The clock: whether it is kept in step with others, by which service, and the time zone."""

from __future__ import annotations

import ctypes

from stillwatch.host.boot import timezone
from stillwatch.records.iso import iso
from stillwatch.tools.tool import HostReader, Look, Tool
from stillwatch.tools.unit_states import state_lines, states

SERVICES = (
    "systemd-timesyncd.service",
    "chrony.service",
    "chronyd.service",
    "ntp.service",
    "ntpsec.service",
    "ntpd.service",
)
UNSYNCHRONISED = 0x0040
"""STA_UNSYNC (adjtimex(2))."""


class Arguments(Tool, frozen=True):
    """The clock: whether it is kept in step with others, by which service, and the time zone."""

    async def look(self, reader: HostReader) -> Look:
        keepers = await states(reader, SERVICES)
        kept = in_step()
        zone = timezone()
        lines = ["the kernel's clock " + {True: "is in step", False: "is NOT in step", None: "does not say"}[kept]]
        lines += state_lines(keepers, "no service keeps the clock")
        lines += [f"time zone {zone}; now {iso(reader.clock.now())}"]
        return Look(
            "\n".join(lines), {"in_step": kept, "services": keepers, "timezone": zone, "now": reader.clock.now()}
        )


def in_step() -> bool | None:
    """What the kernel says of its clock; None where it may not be asked."""
    request = (ctypes.c_char * 512)()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(request)
    except (OSError, AttributeError):
        return None
    if state < 0:
        return None
    flags = ctypes.c_int.from_buffer(request, 5 * ctypes.sizeof(ctypes.c_long)).value
    return not flags & UNSYNCHRONISED
