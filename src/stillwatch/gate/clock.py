"""The gate's clocks. Limits use time since boot, which nobody can set; the boot id tells boots apart."""

from __future__ import annotations

import time
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class HostClock:
    """Wall time and CLOCK_BOOTTIME of this host."""

    def now(self) -> float:
        return time.clock_gettime(time.CLOCK_REALTIME)

    def boot(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """The kernel's id of this boot."""
    return BOOT_ID.read_text().strip()


def age(boot: float, noted_in: str, this_boot: str, boot_now: float) -> float:
    """Seconds since a noted moment; of an earlier boot, only those since this one began (R33)."""
    return boot_now - boot if noted_in == this_boot else boot_now
