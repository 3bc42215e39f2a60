"""Addresses of this host's network interfaces (netdevice(7), proc_pid_net(5)), asked without a netlink socket."""

from __future__ import annotations

import array
import contextlib
import fcntl
import ipaddress
import socket
import struct
from pathlib import Path
from typing import Final

SIOCGIFCONF: Final = 0x8912
ENTRY: Final = 16 + 2 * struct.calcsize("P") + 8
"""struct ifreq: a name, then a union as large as struct ifmap."""
MOST: Final = 1024
IPV6: Final = Path("/proc/net/if_inet6")


def addresses() -> dict[str, list[str]]:
    """By interface, IPv4 before IPv6."""
    found: dict[str, list[str]] = {}
    for name, address in (*_ipv4(), *_ipv6()):
        found.setdefault(name, []).append(address)
    return found


def _ipv4() -> list[tuple[str, str]]:
    room = array.array("B", bytes(ENTRY * MOST))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("iP", len(room), room.buffer_info()[0])
        used = struct.unpack("iP", fcntl.ioctl(any_socket.fileno(), SIOCGIFCONF, request))[0]
    rows = (room[at : at + ENTRY].tobytes() for at in range(0, used, ENTRY))
    return [(row[:16].partition(b"\0")[0].decode("utf-8", "replace"), socket.inet_ntoa(row[20:24])) for row in rows]


def _ipv6() -> list[tuple[str, str]]:
    with contextlib.suppress(OSError, ValueError, IndexError):
        rows = [line.split() for line in IPV6.read_text().splitlines()]
        return [(row[5], str(ipaddress.IPv6Address(bytes.fromhex(row[0])))) for row in rows]
    return []
