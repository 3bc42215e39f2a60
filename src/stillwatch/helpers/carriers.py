"""Which units carry people or the network, by what the kernel and logind show and not by what they are called (R40)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers.connections import ESTABLISHED, system_unit, tcp
from stillwatch.helpers.processes import PROC, pids, process, sockets
from stillwatch.helpers.request import RequestRefused
from stillwatch.unit.protected import ACCESS_PROGRAMS, LONGEST_COMM

SESSIONS: Final = Path("/run/systemd/sessions")
DHCP_CLIENT: Final = ("0044", "0222")
"""Ports 68 and 546, as /proc/net/udp writes them."""
MOST: Final = 200
WIDEST6: Final = 3
"""Bits of an IPv6 prefix that is a default route in all but name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """parent: its parent's pid; terminal: whether it has a controlling one."""

    comm: str
    unit: str
    parent: int
    terminal: bool


def carriers() -> dict[str, Any]:
    """Units with the reason, and the interfaces of the default routes."""
    running = dict(_running())
    found: dict[str, str] = {}
    for unit, why in (*_by_program(running), *_by_session(running), *_by_network(running)):
        if unit.endswith((".service", ".socket")):
            found.setdefault(unit, why)
    return {"units": dict(sorted(found.items())[:MOST]), "uplinks": uplinks()}


def uplinks() -> list[str]:
    """Interfaces of the default routes (IPv4, IPv6), the loopback left out."""
    found = set()
    for table, is_default in (("net/route", _default4), ("net/ipv6_route", _default6)):
        with contextlib.suppress(OSError):
            found |= {is_default(line.split()) for line in (PROC / table).read_text().splitlines()}
    return sorted(found - {"", "lo"})


def _default4(words: list[str]) -> str:
    """Half of all addresses is one as well: a tunnel puts two of them before the other (mask 128.0.0.0)."""
    wide = len(words) > 7 and words[7] in ("00000000", "00000080")
    return words[0] if wide and words[1] in ("00000000", "00000080") else ""


def _default6(words: list[str]) -> str:
    """2000::/3 is all that is public."""
    wide = len(words) > 9 and int(words[1], 16) <= WIDEST6
    return words[9] if wide and words[0][1:] == "0" * 31 else ""


def _running() -> Iterator[tuple[int, Running]]:
    for pid in pids():
        with contextlib.suppress(RequestRefused, OSError, ValueError, IndexError):
            stat = (PROC / str(pid) / "stat").read_text("utf-8", "replace")
            rest = stat[stat.rindex(")") + 2 :].split()
            known = process(pid)
            unit = system_unit(known.cgroup)
            yield pid, Running(comm=known.comm, unit=unit, parent=int(rest[1]), terminal=rest[4] != "0")


def _by_program(running: Mapping[int, Running]) -> Iterator[tuple[str, str]]:
    for one in running.values():
        if any(one.comm == name[:LONGEST_COMM] for name in ACCESS_PROGRAMS):
            yield one.unit, f"{one.comm} runs in it"
        elif one.terminal:
            yield one.unit, "a terminal hangs on it"


def _by_session(running: Mapping[int, Running]) -> Iterator[tuple[str, str]]:
    """Of each session with a person in it: who started its leader, and whoever on this host holds the far end of the
    connection that it came in by (a tunnel)."""
    ends = {(row.local, row.remote): row.inode for row in tcp() if row.state == ESTABLISHED}
    by_inode = {inode: way for way, inode in ends.items()}
    came_by: set[str] = set()
    for name, leader in _sessions():
        chain = list(_upwards(leader, running))
        for pid in chain:
            yield running[pid].unit, f"session {name} hangs on it"
            ways = [by_inode[inode] for inode in sockets(pid) if inode in by_inode]
            came_by |= {ends[(remote, local)] for local, remote in ways if (remote, local) in ends}
    for pid, one in running.items():
        if came_by and came_by & set(sockets(pid)):
            yield one.unit, "a session comes in by it"


def _sessions() -> Iterator[tuple[str, int]]:
    """(id, leader) of logind's sessions that came from elsewhere or have a terminal or a display."""
    with contextlib.suppress(OSError):
        for file in sorted(one for one in SESSIONS.iterdir() if one.is_file()):  # beside each lies a pipe
            with contextlib.suppress(OSError, ValueError):
                facts = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
                if facts.get("REMOTE") == "1" or facts.get("TTY") or facts.get("DISPLAY"):
                    yield file.name, int(facts.get("LEADER", "0"))


def _upwards(pid: int, running: Mapping[int, Running]) -> Iterator[int]:
    seen: set[int] = set()
    while pid in running and pid not in seen and pid != 1:
        seen.add(pid)
        yield pid
        pid = running[pid].parent


def _by_network(running: Mapping[int, Running]) -> Iterator[tuple[str, str]]:
    """Who holds a tunnel's device, or is the DHCP client."""
    clients = set(_dhcp_sockets())
    for pid, one in running.items():
        if _holds_tunnel(pid):
            yield one.unit, "it holds a tunnel"
        elif clients & set(sockets(pid)):
            yield one.unit, "it is the DHCP client"


def _holds_tunnel(pid: int) -> bool:
    with contextlib.suppress(OSError):
        for descriptor in (PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                if str(descriptor.readlink()) == "/dev/net/tun":
                    return True
    return False


def _dhcp_sockets() -> Iterator[str]:
    for table in ("net/udp", "net/udp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / table).read_text().splitlines()[1:]:
                words = line.split()
                if re.fullmatch(r"[0-9A-F]+:(" + "|".join(DHCP_CLIENT) + ")", words[1]):
                    yield words[9]
