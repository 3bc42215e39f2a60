"""All processes of a moment, as names and numbers (proc_pid_stat(5), proc_pid_status(5)): what top(1) shows."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypedDict

from stillwatch.helpers.processes import PROC, pids

MOST: Final = 4096
MOST_NAMED: Final = 64
MOST_HOLDERS: Final = 10
LONGEST_ARGUMENT: Final = 1024
CUT_COMM: Final = 15
"""The kernel keeps so many bytes of a name."""
UNIT: Final = re.compile(r"/([A-Za-z0-9:_.@\\-]{1,245}\.(?:service|scope|socket|mount))(?=/|$)")
CONTAINERS: Final = (
    ("docker", re.compile(r"(?:docker[-/])([0-9a-f]{12})[0-9a-f]{52}")),
    ("podman", re.compile(r"libpod-([0-9a-f]{12})[0-9a-f]{52}")),
    ("containerd", re.compile(r"cri-containerd-([0-9a-f]{12})")),
    ("lxc", re.compile(r"lxc(?:\.payload\.|/)([A-Za-z0-9_.-]{1,64})")),
    ("machine", re.compile(r"machine\.slice/(?:machine-|systemd-nspawn@)([\w.\\-]{1,64})\.(?:scope|service)", re.A)),
)
_OPEN_LIMIT: Final = re.compile(r"^Max open files +(\d+) ", re.M)
_NUMBER: Final = re.compile(r"^(Uid|VmSwap):\s*(\d+)", re.M)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """state: its letter; start: clock ticks after boot; cpu, children: clock ticks of its own, and of its children
    that ended; waited: nanoseconds in which it wanted a processor in vain; memory, swap: bytes; unit: the innermost,
    "" if none; container: engine and name, "" if none; argv, and the whole of a long name: only of those asked for by
    number, since a process can keep whoever reads its arguments waiting.
    """

    pid: int
    parent: int
    name: str
    state: str
    uid: int
    start: int
    cpu: int
    children: int
    waited: int
    memory: int
    swap: int
    unit: str
    container: str
    argv: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Holder(TypedDict):
    """open: how many files it has open; most: how many it may have, 0 for no limit."""

    pid: int
    name: str
    open: int
    most: int
    unit: str


def table(wanted: Collection[int] = (), proc: Path = PROC) -> list[Row]:
    """Of all processes, the first MOST; or of those wanted, with their arguments."""
    return [row for pid in (wanted or pids(proc)[:MOST]) if (row := _row(proc / str(pid), pid, bool(wanted)))]


def most_open(proc: Path = PROC) -> tuple[list[Holder], int]:
    """Who holds most files, and most of what it may hold; and how many processes may not be counted."""
    found, unseen = [], 0
    for pid in pids(proc)[:MOST]:
        try:
            count = len(os.listdir(proc / str(pid) / "fd"))  # noqa: PTH208
        except FileNotFoundError:
            continue
        except OSError:
            unseen += 1
            continue
        found.append((count, _may_open(proc / str(pid)), pid))
    by_share = sorted((one for one in found if one[1]), key=lambda one: -one[0] / one[1])
    chosen = {*sorted(found, reverse=True)[:MOST_HOLDERS], *by_share[:MOST_HOLDERS]}
    rows = {row.pid: row for row in table([pid for _, _, pid in chosen], proc)}
    held = [
        Holder(pid=pid, name=rows[pid].name, open=count, most=most, unit=rows[pid].unit)
        for count, most, pid in sorted(chosen, reverse=True)
        if pid in rows
    ]
    return held, unseen


def _may_open(folder: Path) -> int:
    """The soft limit that stops it (getrlimit(2)); 0 where there is none or it may not be seen."""
    try:
        limit = _OPEN_LIMIT.search(_text(folder / "limits"))
    except OSError:
        return 0
    return int(limit[1]) if limit else 0


def unit_in(groups: str) -> str:
    """The innermost unit in the text of /proc/PID/cgroup (v2, or name=systemd on v1)."""
    for line in groups.splitlines():
        if line.startswith("0::") or ":name=systemd:" in line:
            found = UNIT.findall(line)
            if found:
                return str(found[-1])
    return ""


def _row(folder: Path, pid: int, whole: bool) -> Row | None:
    """None where it is gone, or may not be seen."""
    try:
        stat, status, groups = (_text(folder / name) for name in ("stat", "status", "cgroup"))
        comm, rest = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2 :].split()
        numbers = {name: int(value) for name, value in _NUMBER.findall(status)}
        argv = tuple(_arguments(folder)) if whole else ()
        return Row(
            pid=pid,
            parent=int(rest[1]),
            name=_name(comm, argv),
            state=rest[0],
            uid=numbers["Uid"],
            start=int(rest[19]),
            cpu=int(rest[11]) + int(rest[12]),
            children=int(rest[13]) + int(rest[14]),
            waited=_waited(folder),
            memory=int(rest[21]) * os.sysconf("SC_PAGE_SIZE"),
            swap=numbers.get("VmSwap", 0) * 1024,
            unit=unit_in(groups),
            container=_container(groups),
            argv=argv,
        )
    except (OSError, ValueError, IndexError, KeyError):
        return None


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _waited(folder: Path) -> int:
    """Some kernels do not count it."""
    try:
        return int(_text(folder / "schedstat").split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _arguments(folder: Path) -> Iterator[str]:
    """Together at most LONGEST_ARGUMENT characters of them."""
    try:
        with (folder / "cmdline").open("rb") as file:
            text = file.read(4 * LONGEST_ARGUMENT).decode("utf-8", "replace")
    except OSError:
        return
    yield from text[:LONGEST_ARGUMENT].rstrip("\0").split("\0") if text else ()


def _name(comm: str, argv: tuple[str, ...]) -> str:
    """The whole of a name that the kernel cut."""
    called = argv[0].rpartition("/")[2][:255] if argv else ""
    return called if len(comm) >= CUT_COMM and called.startswith(comm) else comm


def _container(groups: str) -> str:
    found = ((engine, shape.search(groups)) for engine, shape in CONTAINERS)
    return next((f"{engine} {match[1]}" for engine, match in found if match), "")
