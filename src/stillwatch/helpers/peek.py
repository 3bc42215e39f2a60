"""The peek program: few facts that need rights beyond the daemon's. Typed answers, never what stands in a file."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers import declared, freeing, mounting, nixos_facts, releases
from stillwatch.helpers.carriers import carriers
from stillwatch.helpers.connections import connections
from stillwatch.helpers.graphics import holders
from stillwatch.helpers.listening import listening
from stillwatch.helpers.mail_waiting import mail_waiting
from stillwatch.helpers.own_crontabs import own_crontabs
from stillwatch.helpers.policyfile import by_policy
from stillwatch.helpers.process_table import MOST_NAMED, most_open, table
from stillwatch.helpers.processes import deleted_files, listeners
from stillwatch.helpers.request import RequestRefused, closed, serve
from stillwatch.helpers.safe_open import open_folder
from stillwatch.helpers.same_place import same_as
from stillwatch.helpers.sudoers import sudoers

CALLERS: Final = ("stillwatch", "stillwatch-gate")
SIZES_SECONDS: Final = 10.0
SIZES_ENTRIES: Final = 200_000
MAX_FOLDERS: Final = 30
MAX_UNITS: Final = 501
MOUNTS = Path("/proc/self/mounts")
MAX_PID: Final = 4_194_304
SCHEMAS: Final[dict[str, dict[str, type]]] = {
    "port": {"port": int},
    "listening": {"port": int},
    "processes": {"pids": list},
    "open": {},
    "graphics": {},
    "connections": {"units": list},
    "carriers": {},
    "deleted": {},
    "sizes": {"path": str},
    "space": {},
    "logs": {"name": str},
    "ownership": {"name": str},
    "lock": {"name": str},
    "same": {"path": str},
    "sudoers": {},
    "crontabs": {},
    "mail": {},
    "journal": {"directory": str},
    "packages": {"program": str},
    "mount": {"point": str},
    "release": {"name": str},
    **nixos_facts.FIELDS,
}


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """Changes nothing. Raises RequestRefused for what is not declared or not readable."""
    return SEES[closed(request, "see", SCHEMAS)](request)


def port(request: dict[str, Any]) -> dict[str, Any]:
    if not 0 < request["port"] < 65_536:
        raise RequestRefused("no such port")
    return {"holders": [one.facts() for one in listeners(request["port"])]}


def sockets(request: dict[str, Any]) -> dict[str, Any]:
    if not 0 <= request["port"] < 65_536:
        raise RequestRefused("no such port")
    return {"sockets": listening(request["port"])}


def processes(request: dict[str, Any]) -> dict[str, Any]:
    wanted = request["pids"]
    if len(wanted) > MOST_NAMED or not all(type(pid) is int and 0 < pid <= MAX_PID for pid in wanted):
        raise RequestRefused(f"pids are at most {MOST_NAMED} numbers of processes")
    return {"processes": [row.facts() for row in table(wanted)]}


def opened(request: dict[str, Any]) -> dict[str, Any]:
    return {"processes": most_open()[0]}


def dropped(request: dict[str, Any]) -> dict[str, Any]:
    units = request["units"]
    if not 0 < len(units) <= MAX_UNITS or not all(isinstance(unit, str) for unit in units):
        raise RequestRefused("units are 1 to 501 names")
    return connections(units)


def sizes(request: dict[str, Any]) -> dict[str, Any]:
    """Bytes of the folders and files directly below, largest first; `whole` is false where time or number ran out."""
    from stillwatch.grammar import values  # reads its tables, which no other question needs

    path = request["path"]
    if not values.path_rule("listable").accepts(path):
        raise RequestRefused(f"{path[:200]} may not be measured")
    try:
        folder = open_folder(path)  # of which no part is a link, nor becomes one
        with declared.opened(folder):
            device, budget = os.fstat(folder).st_dev, _Budget()
            found: list[dict[str, Any]] = [
                {
                    "path": f"{path.rstrip('/')}/{name}",
                    "bytes": budget.measure(f"/proc/self/fd/{folder}/{name}", device),
                }
                for name in sorted(os.listdir(folder))  # noqa: PTH208
            ]
    except OSError as error:
        raise RequestRefused(f"{path}: {error.strerror}") from error
    found.sort(key=lambda one: int(one["bytes"]), reverse=True)
    return {"sizes": found[:MAX_FOLDERS], "whole": not budget.spent}


class _Budget:
    """Time and entries for one request."""

    def __init__(self) -> None:
        self.left, self.until, self.spent = SIZES_ENTRIES, time.monotonic() + SIZES_SECONDS, False

    def measure(self, path: str, device: int) -> int:
        """Bytes on disk below, on the same file system, links not followed."""
        return sum(self._walk(path, device))

    def _walk(self, path: str, device: int) -> Iterator[int]:
        todo = [path]
        while todo and not self.spent:
            place = todo.pop()
            self.left -= 1
            self.spent = self.left <= 0 or time.monotonic() > self.until
            try:
                facts = os.lstat(place)
                if facts.st_dev != device:
                    continue
                yield facts.st_blocks * 512
                if os.path.isdir(place) and not os.path.islink(place):  # noqa: PTH112, PTH114
                    todo += [f"{place}/{name}" for name in os.listdir(place)]  # noqa: PTH208
            except OSError:
                continue


def space(request: dict[str, Any]) -> dict[str, Any]:
    """Bytes and inodes in use, in percent, of every file system on a device of its own.

    One that its user tells of himself (FUSE), or that is one person's alone, is a cause for nothing (R12).
    """
    found: dict[int, dict[str, Any]] = {}
    for line in MOUNTS.read_text("utf-8", "replace").splitlines():
        mount, kind = line.split()[1:3]
        if kind == "fuse" or kind.startswith("fuse.") or mount.startswith("/run/user/"):
            continue
        with contextlib.suppress(OSError):
            facts, device = os.statvfs(mount), os.stat(mount).st_dev  # noqa: PTH116
            if facts.f_blocks and kind not in ("squashfs", "iso9660", "devtmpfs") and device not in found:
                used = 100 - facts.f_bavail * 100 // facts.f_blocks
                inodes = 100 - facts.f_favail * 100 // facts.f_files if facts.f_files else 0
                found[device] = {"mount": mount, "used": used, "inodes": inodes}
    return {"mounts": list(found.values())}


def logs(request: dict[str, Any]) -> dict[str, Any]:
    folder, found = declared.old_logs(request["name"])
    facts = os.statvfs(folder)
    used = 100 - facts.f_bavail * 100 // max(facts.f_blocks, 1)
    return {"directory": folder, "count": len(found), "bytes": sum(one.size for one in found), "used_percent": used}


SEES: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "port": port,
    "listening": sockets,
    "processes": processes,
    "open": opened,
    "graphics": lambda request: {"holders": holders()},
    "connections": dropped,
    "carriers": lambda request: carriers(),
    "deleted": lambda request: {"files": deleted_files()},
    "sizes": sizes,
    "space": space,
    "logs": logs,
    "ownership": lambda request: declared.ownership(request["name"]),
    "lock": lambda request: declared.lock(request["name"]),
    "same": lambda request: same_as(request["path"]),
    "sudoers": lambda request: {"sudoers": sudoers()},
    "crontabs": lambda request: {"crontabs": own_crontabs()},
    "mail": lambda request: {"queues": mail_waiting()},
    "journal": lambda request: freeing.journal(request["directory"]),
    "packages": lambda request: freeing.packages(request["program"]),
    "mount": lambda request: mounting.mount_at(request["point"]),
    "release": lambda request: releases.release(request["name"]),
    **nixos_facts.SEES,
}


if __name__ == "__main__":
    raise SystemExit(serve(by_policy(handle), CALLERS))
