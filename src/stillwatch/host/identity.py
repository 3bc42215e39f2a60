"""Who and where we are: for doctor and for the head of every report."""

from __future__ import annotations

import contextlib
import grp
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from stillwatch.host.systemd import is_init


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """boot: the kernel's boot id, "" if unknown; journal_group: we may read the whole journal without being root."""

    host: str
    boot: str
    distribution: str
    systemd: bool
    root: bool
    journal_group: bool


def read_identity() -> Identity:
    boot = ""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
    distribution = platform.system()
    with contextlib.suppress(OSError):
        distribution = platform.freedesktop_os_release().get("PRETTY_NAME", distribution)
    return Identity(
        host=os.uname().nodename,
        boot=boot,
        distribution=distribution,
        systemd=is_init(),
        root=os.geteuid() == 0,
        journal_group=_in_group("systemd-journal"),
    )


def _in_group(name: str) -> bool:
    try:
        return grp.getgrnam(name).gr_gid in {*os.getgroups(), os.getegid()}
    except KeyError:
        return False
