"""Errors that a person can act on: one clear line, the next step, and the exit code of CONTRACT."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path


class StillwatchError(Exception):
    """Something went wrong that the user should hear about in one line.

    `next_step` names what to do about it; `exit_code` is what a command ends with.
    """

    exit_code = 1

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} – {self.next_step}" if self.next_step else message


class WrongUsage(StillwatchError):
    """An argument or a file named by the user cannot be used (exit 2)."""

    exit_code = 2


class NotReachable(StillwatchError):
    """A needed part (daemon, gate, model, bus, journal) does not answer (exit 5)."""

    exit_code = 5


class BadAnswer(StillwatchError):
    """A model's answer could not be decoded; it means "a human should look", never "healthy"."""


FULL, READ_ONLY, CLOSED, BROKEN = "full", "read-only", "closed", "broken"
KINDS: dict[int | str, str] = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: CLOSED,
    errno.EPERM: CLOSED,
    errno.EIO: BROKEN,
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": CLOSED,
    "SQLITE_PERM": CLOSED,
    "SQLITE_IOERR": BROKEN,
}
"""What a failed system call, or SQLite's primary result code (sqlite.org/rescode.html), says of the place."""


def unusable(path: Path | str, error: OSError | sqlite3.Error) -> NotReachable:
    """A file or directory that the system does not let us use, in plain words and with the next step."""
    folder = Path(path) if Path(path).is_dir() else Path(path).parent
    match _kind(error):
        case "full":
            step = f"make room: du -xhd1 {folder} | sort -h | tail"
            return NotReachable(f"{path}: its file system is full, or your quota is used up", next_step=step)
        case "read-only":
            step = f"findmnt -T {folder} shows it; or --state-dir DIR elsewhere"
            return NotReachable(f"{path} cannot be written: it, or its file system, is read-only", next_step=step)
        case "closed":
            return NotReachable(f"you may not use {path}", next_step="run it with sudo, or --state-dir DIR elsewhere")
        case "broken":
            return NotReachable(f"{path}: the disk reports an error", next_step="journalctl -k -p err shows more")
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return NotReachable(f"{path}: {reason}")


def _kind(error: OSError | sqlite3.Error) -> str:
    if isinstance(error, OSError):
        return KINDS.get(error.errno or 0, "")
    name = getattr(error, "sqlite_errorname", "")
    return next((kind for code, kind in KINDS.items() if isinstance(code, str) and name.startswith(code)), "")
