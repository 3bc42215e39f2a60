"""Listening sockets of this host and who holds them (proc_pid_net(5))."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from typing import Final, TypedDict

from stillwatch.helpers.processes import LISTEN, PROC, pids, sockets

MOST: Final = 2048
TABLES: Final = ("tcp", "tcp6", "udp", "udp6")


class Listener(TypedDict):
    """waiting: connections that nobody has accepted yet; pid: 0 where the holder may not be seen."""

    protocol: str
    port: int
    address: str
    waiting: int
    pid: int


def listening(port: int = 0) -> list[Listener]:
    """TCP sockets that listen and bound UDP sockets, of one port if named; the first MOST."""
    rows = [(inode, row) for inode, row in _rows() if port in (0, row["port"])][:MOST]
    holders = _holders({inode for inode, _ in rows})
    return [{**row, "pid": holders.get(inode, 0)} for inode, row in rows]


def _rows() -> Iterator[tuple[str, Listener]]:
    for name in TABLES:
        with contextlib.suppress(OSError, ValueError, IndexError):
            for line in (PROC / "net" / name).read_text().splitlines()[1:]:
                words = line.split()
                tcp = name.startswith("tcp")
                address, _, port = words[1].rpartition(":")
                far = int(words[2].rpartition(":")[2], 16)
                if int(port, 16) and (words[3] == LISTEN if tcp else not far):
                    waiting = int(words[4].partition(":")[2], 16) if tcp else 0
                    row = Listener(
                        protocol=name[:3], port=int(port, 16), address=_address(address), waiting=waiting, pid=0
                    )
                    yield words[9], row


def _holders(inodes: set[str]) -> dict[str, int]:
    """The first process that holds each: whoever opened it, as a rule."""
    found: dict[str, int] = {}
    for pid in pids() if inodes else ():
        for inode in inodes.intersection(sockets(pid)):
            found.setdefault(inode, pid)
    return found


def _address(text: str) -> str:
    """Words of four bytes, each in the machine's own order."""
    raw = bytes.fromhex(text)
    step = -1 if sys.byteorder == "little" else 1
    words = b"".join(raw[at : at + 4][::step] for at in range(0, len(raw), 4))
    return socket.inet_ntop(socket.AF_INET if len(words) == 4 else socket.AF_INET6, words)
