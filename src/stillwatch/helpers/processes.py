"""Processes as the kernel shows them in /proc: who listens, who holds deleted files, who somebody is (proc(5))."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypedDict

from stillwatch.helpers.request import RequestRefused

PROC: Final = Path("/proc")
LISTEN: Final = "0A"
MAX_DELETED: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """start: clock ticks after boot (field 22 of stat), which with the pid names one process for ever."""

    pid: int
    start: int
    comm: str
    uid: int
    cgroup: str

    @property
    def unit(self) -> str:
        """The unit that it belongs to, by its control group; "" where none."""
        parts = [part for part in self.cgroup.split("/") if re.search(r"\.(service|scope)$", part)]
        return parts[-1] if parts else ""

    def facts(self) -> dict[str, Any]:
        return {**asdict(self), "unit": self.unit}


class Held(TypedDict):
    """A deleted file that is still open. bytes: on disk."""

    pid: int
    comm: str
    unit: str
    path: str
    bytes: int


def process(pid: int) -> Process:
    """Raises RequestRefused where there is no such process, or it is one of the kernel's."""
    folder = PROC / str(pid)
    try:
        stat = (folder / "stat").read_text("utf-8", "replace")
        comm, rest = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2 :].split()
        groups = [line.split(":", 2) for line in (folder / "cgroup").read_text("utf-8", "replace").splitlines()]
        uid = folder.stat().st_uid
    except (OSError, ValueError) as error:
        raise RequestRefused(f"there is no process {pid}") from error
    if rest[1] == "2" or pid == 2:
        raise RequestRefused(f"{pid} is a kernel thread")
    cgroup = next((path for number, names, path in groups if names == "name=systemd" or number == "0"), "")
    return Process(pid=pid, start=int(rest[19]), comm=comm, uid=uid, cgroup=cgroup)


def listeners(port: int) -> list[Process]:
    """Who listens on a TCP port of this network namespace."""
    inodes = set(_listening(port))
    return [process(pid) for pid in pids() if inodes & set(sockets(pid))] if inodes else []


def running(comm: str) -> list[int]:
    """Living processes of that name; a zombie does not count."""
    return [pid for pid in pids() if _is_alive_as(pid, comm)]


def deleted_files() -> list[Held]:
    """Deleted files that are still open, the largest first, each once."""
    found: dict[tuple[int, int], Held] = {}
    for pid in pids():
        for descriptor in _descriptors(pid):
            with contextlib.suppress(OSError, RequestRefused):
                target = str(descriptor.readlink())
                if (
                    target.startswith("/")
                    and target.endswith(" (deleted)")
                    and not target.startswith(("/memfd:", "/dev/"))
                ):
                    facts, owner = descriptor.stat(), process(pid)
                    size, path = facts.st_blocks * 512, target.removesuffix(" (deleted)")
                    held = Held(pid=pid, comm=owner.comm, unit=owner.unit, path=path, bytes=size)
                    found.setdefault((facts.st_dev, facts.st_ino), held)
    return sorted(found.values(), key=lambda one: one["bytes"], reverse=True)[:MAX_DELETED]


def holders(inode: int, device: int) -> list[int]:
    """Processes that have this file open."""
    return [pid for pid in pids() if any(_is_file(descriptor, inode, device) for descriptor in _descriptors(pid))]


def pids(proc: Path | None = None) -> list[int]:
    return sorted(int(name) for name in os.listdir(proc or PROC) if name.isdecimal())  # noqa: PTH208


def _listening(port: int) -> Iterator[str]:
    for table in ("net/tcp", "net/tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / table).read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == LISTEN and int(words[1].rpartition(":")[2], 16) == port:
                    yield words[9]


def sockets(pid: int) -> Iterator[str]:
    """Inodes of the sockets that it holds; none where it may not be read."""
    for descriptor in _descriptors(pid):
        with contextlib.suppress(OSError):
            if match := re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink())):
                yield match[1]


def _descriptors(pid: int) -> list[Path]:
    try:
        return list((PROC / str(pid) / "fd").iterdir())
    except OSError:
        return []


def _is_file(descriptor: Path, inode: int, device: int) -> bool:
    with contextlib.suppress(OSError):
        facts = descriptor.stat()
        return (facts.st_ino, facts.st_dev) == (inode, device)
    return False


def _is_alive_as(pid: int, comm: str) -> bool:
    with contextlib.suppress(OSError, ValueError):
        stat = (PROC / str(pid) / "stat").read_text("utf-8", "replace")
        return stat[stat.index("(") + 1 : stat.rindex(")")] == comm and stat[stat.rindex(")") + 2] not in "ZX"
    return False
