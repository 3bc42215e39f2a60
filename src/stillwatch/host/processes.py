"""Processes and listening sockets with their owners: of /proc, or as the peek program tells where /proc hides others.

The installed daemon sees no process but its own (ProtectProc=, systemd.exec(5)).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import psutil

from stillwatch.errors import NotReachable
from stillwatch.helpers import listening as sockets
from stillwatch.helpers.listening import Listener
from stillwatch.helpers.process_table import MOST_NAMED, Holder, Row, most_open
from stillwatch.helpers.process_table import table as read_table
from stillwatch.helpers.processes import Held, deleted_files
from stillwatch.host.accounts import user_name
from stillwatch.host.peek import peek

T = TypeVar("T")
PROC: Final = Path("/proc")
TICKS: Final = os.sysconf("SC_CLK_TCK")
STATES: Final = {
    "R": psutil.STATUS_RUNNING,
    "S": psutil.STATUS_SLEEPING,
    "D": psutil.STATUS_DISK_SLEEP,
    "T": psutil.STATUS_STOPPED,
    "t": psutil.STATUS_TRACING_STOP,
    "Z": psutil.STATUS_ZOMBIE,
    "X": psutil.STATUS_DEAD,
    "I": psutil.STATUS_IDLE,
    "P": psutil.STATUS_PARKED,
}


def table(wanted: Collection[int] = (), proc: Path = PROC) -> list[Row]:
    """All processes; or those wanted, at most MOST_NAMED, with their arguments. Raises NotReachable."""
    named = list(wanted)[:MOST_NAMED]
    if os.access(proc / "1/stat", os.R_OK):
        return read_table(named, proc)
    answer = peek({"see": "processes", "pids": named})
    try:
        return msgspec.convert(answer["processes"], list[Row])
    except (KeyError, msgspec.ValidationError) as error:
        why = "the processes of others cannot be seen: the peek program does not tell"
        raise NotReachable(why, next_step="systemctl status stillwatch-peek.socket") from error


def describe(row: Row) -> dict[str, Any]:
    """argv is as it stands, not redacted."""
    return {
        "pid": row.pid,
        "name": row.name,
        "state": STATES.get(row.state, "?"),
        "argv": list(row.argv),
        "uid": row.uid,
        "user": user_name(row.uid),
        "started": psutil.boot_time() + row.start / TICKS,
        "memory": row.memory,
        "cpu_seconds": row.cpu / TICKS,
        "unit": row.unit,
    }


def described(pids: Collection[int]) -> list[dict[str, Any]]:
    """Those of them that are there. Raises NotReachable."""
    return [describe(row) for row in table(pids)] if pids else []


def lives(pid: int) -> bool:
    """Whether a process has this number, whoever's it is and whether or not /proc shows it."""
    try:
        os.kill(pid, 0)  # sends nothing
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def listening(port: int = 0) -> list[dict[str, Any]]:
    """TCP sockets that listen and bound UDP sockets, by port; of one port if named. pid 0: its owner is not seen."""
    listeners = told("listening", "sockets", Listener, port=port)
    rows = sockets.listening(port) if listeners is None else listeners
    pids = {row["pid"] for row in rows} - {0}
    owners: dict[int, dict[str, Any]] = {}
    with contextlib.suppress(NotReachable):
        owners = {row.pid: describe(row) for row in table(pids if len(pids) <= MOST_NAMED else ())} if pids else {}
    found = [{"name": "", "argv": [], "unit": "", **owners.get(row["pid"], {}), **row} for row in rows]
    return sorted(found, key=lambda row: (row["port"], row["protocol"], row["address"]))


def deleted_open() -> list[dict[str, Any]]:
    """Deleted files that processes still hold, biggest first; of processes that may be read."""
    held = told("deleted", "files", Held)
    rows = deleted_files() if held is None else held
    return [{"path": row["path"], "size": row["bytes"], "pid": row["pid"], "unit": row["unit"]} for row in rows]


def open_files() -> tuple[list[Holder], int]:
    """Who holds most files, and how many processes may not be counted."""
    rows = told("open", "processes", Holder)
    return most_open() if rows is None else (rows, 0)


def told(see: str, name: str, kind: type[T], **fields: int) -> list[T] | None:
    """What the peek program tells, which may look into the processes of others; None where it does not, or root asks,
    who may look himself."""
    answer = {} if os.geteuid() == 0 else peek({"see": see, **fields})
    with contextlib.suppress(KeyError, msgspec.ValidationError):
        return msgspec.convert(answer[name], list[kind])  # type: ignore[valid-type]
    return None
