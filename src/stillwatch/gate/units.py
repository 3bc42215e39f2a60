"""Unit names: which are well-formed, which mean the same, and which nobody touches (R3)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

from stillwatch.gate.change.action import Absent, Refused, UnitBus

UNIT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.@\\-]*\.(?:service|socket|timer|target|path|mount|slice|scope)")

PROTECTED: Final[tuple[str, ...]] = (
    "ssh.*", "sshd.*", "ssh@*", "sshd@*", "ssh-*", "sshd-*", "dropbear*", "dbus*", "systemd-*", "init.scope", "polkit*",
    "networking.*", "NetworkManager*", "network-*", "networkd-*", "ifup@*", "wpa_supplicant*", "connman*", "dhcpcd*",
    "wg-quick@*", "openvpn*", "tailscaled*", "getty*", "serial-getty@*", "console-getty*", "autovt@*", "user@*",
    "user-*", "session-*", "display-manager*", "gdm*", "sddm*", "lightdm*", "emergency.*", "rescue.*", "stillwatch*",
    "auditd*", "apparmor*", "selinux*", "nftables*", "iptables*", "ip6tables*", "netfilter-persistent*", "ufw*",
    "firewalld*", "fail2ban*", "sssd*", "nslcd*", "sudo*", "*.target", "*.slice", "*.scope", "*.mount", "-.*",
    "cloud-init*", "cloud-config*", "keyboard-setup*", "lvm2-*", "cryptsetup*", "multipathd*", "iscsid*", "kexec*",
)  # fmt: skip
"""Access, logging, PID 1's own and Stillwatch itself; the policy file adds to it and cannot take away."""


def check_unit_name(text: str) -> str:
    """The name, unchanged. Raises Refused unless it is ASCII after NFC, at most 255 bytes and one plain unit name."""
    if unicodedata.normalize("NFC", text) != text or not text.isascii() or len(text) > 255:
        raise Refused("not a unit name: only ASCII, at most 255 bytes")
    if UNIT_NAME.fullmatch(text) is None or ".." in text or "@." in text:
        raise Refused("not the plain name of one unit")
    return text


async def same_unit(bus: UnitBus, name: str) -> tuple[str, ...]:
    """Every name of the unit, of what triggers it and of what it triggers. Raises Absent where it is not loaded."""
    unit = await bus.unit(check_unit_name(name))
    if unit is None:
        raise Absent(name)
    found = {unit.name, name, *unit.names}
    for other in (*unit.triggered_by, *unit.triggers):
        relative = await bus.unit(other)
        found |= {other, *(relative.names if relative else ())}
    return tuple(sorted(found | {_template(each) for each in found}))


def protected_by(names: Iterable[str], more: Iterable[str]) -> str:
    """The first name that stands under protection, "" if none does. Case is ignored, to be on the safe side."""
    patterns = tuple(pattern.lower() for pattern in (*PROTECTED, *more))
    return next((name for name in names if any(fnmatchcase(name.lower(), pattern) for pattern in patterns)), "")


def _template(name: str) -> str:
    stem, at, rest = name.partition("@")
    return f"{stem}@.{rest.rpartition('.')[2]}" if at else name
