"""What nobody touches (R3): access, logging, PID 1's own and Stillwatch itself. One list for all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

BY_NAME: Final[tuple[str, ...]] = (
    "ssh.*", "sshd.*", "ssh@*", "sshd@*", "ssh-*", "sshd-*", "dropbear*", "dbus*", "systemd-*", "init.scope",
    "polkit*", "networking.*", "NetworkManager*", "network-*", "networkd-*", "ifup@*", "wpa_supplicant*",
    "connman*", "dhcpcd*", "wg-quick@*", "openvpn*", "tailscaled*", "getty*", "serial-getty@*",
    "console-getty*", "autovt@*", "display-manager*", "gdm*", "sddm*", "lightdm*", "emergency.*", "rescue.*",
    "stillwatch*", "auditd*", "apparmor*", "selinux*", "nftables*", "iptables*", "ip6tables*",
    "netfilter-persistent*", "ufw*", "firewalld*", "fail2ban*", "sssd*", "nslcd*", "sudo*", "cloud-init*",
    "cloud-config*", "keyboard-setup*", "lvm2-*", "cryptsetup*", "multipathd*", "iscsid*", "kexec*",
)  # fmt: skip
BY_ROLE: Final[tuple[str, ...]] = (
    "user@*", "user-*", "session-*", "*.target", "*.slice", "*.scope", "*.mount", "-.*",
)  # fmt: skip
"""Kinds that hold others, and what belongs to a person's session."""
_PROCESSES: Final = re.compile(r"(?:sshd|systemd.*|dbus-.*|polkitd|init|agetty|login|stillwatch.*)(?: .*)?")


def protected_by(names: Iterable[str], more: Iterable[str] = ()) -> str:
    """The first name that stands under protection, "" if none does. Case is ignored, to be on the safe side.

    more: patterns of the policy file, which adds to the list and cannot take away.
    """
    return _first(names, (*BY_NAME, *BY_ROLE, *more))


def protected_by_name(names: Iterable[str]) -> str:
    """The same without what its role protects: a session's scope may hold a stray process."""
    return _first(names, BY_NAME)


def is_protected_process(name: str) -> bool:
    """Whether a process of this name is access, logging, PID 1's own or ours."""
    return _PROCESSES.fullmatch(name) is not None


def _first(names: Iterable[str], patterns: Iterable[str]) -> str:
    lower = tuple(pattern.lower() for pattern in patterns)
    return next((name for name in names if any(fnmatchcase(name.lower(), pattern) for pattern in lower)), "")
