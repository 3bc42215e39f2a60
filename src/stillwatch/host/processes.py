"""Processes and listening sockets with their owners.

Without root, the owner of one port is asked of the peek program; all others of other users stay unknown (pid 0).
"""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from stillwatch.host.accounts import user_name
from stillwatch.host.peek import listed, peek

_UNIT = re.compile(r"/([^/]+\.(?:service|scope|socket|mount))(?=/|$)")


def unit_of(pid: int, proc: Path = Path("/proc")) -> str:
    """The innermost unit in /proc/PID/cgroup (v2, or name=systemd on v1); "" if none or not readable."""
    with contextlib.suppress(OSError):
        for line in (proc / str(pid) / "cgroup").read_text().splitlines():
            if line.startswith("0::") or ":name=systemd:" in line:
                found = _UNIT.findall(line)
                if found:
                    return str(found[-1])
    return ""


def describe(pid: int) -> dict[str, Any]:
    """Empty where the process is gone; argv is as it stands, not redacted."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            return {
                "pid": pid,
                "name": process.name(),
                "state": process.status(),
                "argv": process.cmdline(),
                "uid": process.uids().real,
                "user": user_name(process.uids().real),
                "started": process.create_time(),
                "memory": process.memory_info().rss,
                "cpu_seconds": sum(process.cpu_times()[:2]),
                "unit": unit_of(pid),
            }
    except psutil.Error:
        return {}


def processes(limit: int = 4096) -> list[dict[str, Any]]:
    return [seen for pid in psutil.pids()[:limit] if (seen := describe(pid))]


def listening(port: int = 0) -> list[dict[str, Any]]:
    """TCP sockets that listen and bound UDP sockets, by port; of one port if named."""
    rows, waiting = [], _waiting()
    for seen in psutil.net_connections("inet"):
        tcp = seen.type == socket.SOCK_STREAM
        if not seen.laddr or (tcp and seen.status != psutil.CONN_LISTEN) or (not tcp and seen.raddr):
            continue
        if port not in (0, seen.laddr.port):
            continue
        pid = seen.pid or (_holder(port) if port and tcp else 0)
        owner = describe(pid) if pid else {}
        row = {
            "protocol": "tcp" if tcp else "udp",
            "port": seen.laddr.port,
            "address": seen.laddr.ip,
            "pid": pid,
        }
        rows.append({"name": "", "argv": [], "unit": "", **owner, **row, "waiting": waiting.get(seen.laddr.port, 0)})
    return sorted(rows, key=lambda row: (row["port"], row["protocol"], row["address"]))


def _waiting(proc: Path = Path("/proc")) -> dict[int, int]:
    """Connections that nobody has accepted yet, by port: what the kernel counts for a listening socket (tcp(7))."""
    found: dict[int, int] = {}
    for table in ("net/tcp", "net/tcp6"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            for line in (proc / table).read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == "0A":
                    port = int(words[1].rpartition(":")[2], 16)
                    found[port] = found.get(port, 0) + int(words[4].partition(":")[2], 16)
    return found


def _holder(port: int) -> int:
    """Who listens on a TCP port, where only the peek program may see it; 0 where it does not say."""
    pids = [row.get("pid") for row in listed(peek({"see": "port", "port": port}), "holders")]
    return next((pid for pid in pids if isinstance(pid, int)), 0)


def deleted_open(limit: int = 50, proc: Path = Path("/proc"), seconds: float = 2.0) -> list[dict[str, Any]]:
    """Deleted files that processes still hold, biggest first; of processes that may be read, within `seconds`."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    end = time.monotonic() + seconds
    for link in itertools.takewhile(lambda _: time.monotonic() < end, proc.glob("[0-9]*/fd/*")):
        with contextlib.suppress(OSError):
            target = str(link.readlink())
            if target.startswith("/") and target.endswith(" (deleted)") and not target.startswith(("/memfd:", "/dev/")):
                held, pid = link.stat(), int(link.parts[-3])
                row = {"path": target.removesuffix(" (deleted)"), "size": held.st_blocks * 512, "pid": pid}
                found.setdefault((held.st_dev, held.st_ino), {**row, "unit": unit_of(pid, proc)})
    rows = list(found.values()) or [_peeked(row) for row in listed(peek({"see": "deleted"}), "files")]
    return sorted(rows, key=lambda row: -int(row["size"]))[:limit]


def _peeked(row: Mapping[str, Any]) -> dict[str, Any]:
    """As the peek program tells it, which may look into the processes of others."""
    size, pid = row.get("bytes"), row.get("pid")
    return {
        "path": str(row.get("path", "")),
        "size": size if isinstance(size, int) else 0,
        "pid": pid if isinstance(pid, int) else 0,
        "unit": str(row.get("unit", "")),
    }
