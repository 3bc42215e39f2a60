"""The journal as witness: every audit hash is sent there, and read back by `audit verify` (R30)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
from pathlib import Path
from typing import Final

MESSAGE_ID: Final = "6f0d3f2b5a1e4c0f9d7b8a4c2e1f6a90"
SOCKET: Final = Path("/run/systemd/journal/socket")


def log_name(folder: Path) -> str:
    """What tells one gate's log from another's: a hash of where it lies, so that a log replaced in place shows."""
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:32]


def send_anchor(log: str, seq: int, digest: str, where: Path = SOCKET) -> bool:
    """One datagram in journald's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL); False if nobody took it."""
    fields = {
        "MESSAGE": f"audit {seq} {digest}",
        "MESSAGE_ID": MESSAGE_ID,
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": "stillwatch-gate",
        "STILLWATCH_LOG": log,
        "STILLWATCH_SEQ": str(seq),
        "STILLWATCH_HASH": digest,
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as door, contextlib.suppress(OSError):
        door.sendto("".join(f"{name}={value}\n" for name, value in fields.items()).encode(), str(where))
        return True
    return False


def read_anchors(log: str, uid: int, folder: str | None = None) -> dict[int, str]:
    """Sequence → hash of all entries that the gate's uid sent; empty where there is no journal.

    folder: a journal directory instead of this host's. An earlier hash for one sequence wins: nobody rewrites later.
    """
    try:
        from systemd import journal
    except ImportError:
        return {}
    anchors: dict[int, str] = {}
    with contextlib.suppress(OSError), journal.Reader(path=folder) as reader:
        reader.add_match(MESSAGE_ID=MESSAGE_ID)
        reader.add_match(_UID=str(uid))
        reader.add_match(STILLWATCH_LOG=log)
        for entry in reader:
            seq, digest = str(entry.get("STILLWATCH_SEQ", "")), str(entry.get("STILLWATCH_HASH", ""))
            if seq.isdecimal() and seq.isascii() and len(seq) < 16:
                anchors.setdefault(int(seq), digest)
    return anchors
