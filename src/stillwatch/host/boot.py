"""Which host this is, which boot of it, and its clocks. Limits use time since boot, which nobody can set."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from pathlib import Path
from typing import Final

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
MACHINE_ID: Final = Path("/etc/machine-id")


class HostClock:
    """Wall time and CLOCK_BOOTTIME of this host."""

    def now(self) -> float:
        return time.clock_gettime(time.CLOCK_REALTIME)

    def boot(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """The kernel's id of this boot."""
    return BOOT_ID.read_text().strip()


def host_id() -> str:
    """What tells this host from others: its machine-id, else its name."""
    with contextlib.suppress(OSError):
        return MACHINE_ID.read_text().strip() or socket.gethostname()
    return socket.gethostname()


def timezone() -> str:
    """Its name, as /etc/localtime links to it (localtime(5))."""
    return os.path.realpath("/etc/localtime").partition("zoneinfo/")[2] or "UTC"
