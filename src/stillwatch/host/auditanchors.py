"""The journal as witness: every audit hash is sent there, and read back by `audit verify` (R30)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from stillwatch.config import Paths
from stillwatch.host.auditlog import Wholeness, check, read_records

MESSAGE_ID: Final = "6f0d3f2b5a1e4c0f9d7b8a4c2e1f6a90"
GATE_USER: Final = "stillwatch-gate"
TRIES: Final = 4
PAUSE: Final = 0.3
"""journald takes what it is sent a moment later; a head that it does not know yet is looked for again."""
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


def show_audit(paths: Paths, after: int = 0) -> Iterator[dict[str, Any]]:
    """Every record as `audit show --json` prints it. Raises NotReachable without a log, Spoilt at no record."""
    return (record.shown() for record in read_records(paths.gate_state) if record.seq > after)


def verify_audit(paths: Paths, journal: str | None = None) -> Wholeness:
    """Whether the log is whole, as far as it and the journal can tell. Raises NotReachable without a log."""
    log, uid = log_name(paths.gate_state), _gate_uid(paths)
    for _ in range(TRIES):
        found = check(read_records(paths.gate_state), read_anchors(log, uid, journal))
        if found.whole:
            break
        time.sleep(PAUSE)
    return found


def _gate_uid(paths: Paths) -> int:
    return os.getuid() if paths.trial else pwd.getpwnam(GATE_USER).pw_uid
