"""Where the space of a file system went: a bounded walk on one device that follows no links."""

from __future__ import annotations

import os
import re
import stat
import time
from typing import Any

from stillwatch.host.peek import listed, peek

ROTATED = re.compile(
    r"(\.log|\.out|\.err|log)[.-](\d+|\d{8}(-\d+)?|old)(\.(gz|xz|zst|bz2))?$"
    r"|\.log\.(gz|xz|zst|bz2)$"
)
OLD = re.compile(r"[._-](\d{1,3}|\d{4}-?\d\d-?\d\d([-_T]?\d+)?|old|bak|prev)(\.(gz|xz|zst|bz2|zip))?$")
_OF_LOGS = frozenset({"log", "logs"})


def scan(top: str, seconds: float = 5.0, entries: int = 500_000) -> dict[str, Any]:
    """Sizes in bytes on disk; "bytes": of all; "complete" is False where a limit ended the
    walk. Raises OSError if top is unreadable."""
    device, end, left = os.lstat(top).st_dev, time.monotonic() + seconds, entries
    files: list[tuple[int, str]] = []
    folders: dict[str, list[int]] = {}
    rotated: dict[str, list[int]] = {}
    waiting, closed = [top], False
    while waiting and left > 0 and time.monotonic() < end:
        folder = waiting.pop()
        here = folders.setdefault(folder, [0, 0])
        try:
            with os.scandir(folder) as rows:
                for row in rows:
                    left -= 1
                    if left <= 0 or (left % 1024 == 0 and time.monotonic() > end):
                        waiting.append(folder)
                        break
                    _count(row, device, here, files, rotated.setdefault(folder, [0, 0]), waiting)
        except OSError:
            closed = True
            if folder == top:
                raise
        if len(files) > 2000:
            files = sorted(files, reverse=True)[:50]
    if closed:
        _measured(top, folders)
    names = ("bytes", "entries")
    return {
        "complete": not waiting,
        "bytes": sum(size for size, _ in folders.values()),
        "files": [{"path": path, "bytes": size} for size, path in sorted(files, reverse=True)[:15]],
        "folders": [dict(zip(names, n, strict=True), path=p) for p, n in _top(folders, 0)],
        "most_entries": [dict(zip(names, n, strict=True), path=p) for p, n in _top(folders, 1)],
        "rotated_logs": [{"path": p, "bytes": n[0], "count": n[1]} for p, n in _top(rotated, 0) if n[1]],
    }


def is_rotated_log(name: str, folder: str = "") -> bool:
    """By its name; in a directory of logs less of a name is enough."""
    if ROTATED.search(name):
        return True
    return not _OF_LOGS.isdisjoint(folder.split("/")) and OLD.search(name) is not None


def _count(
    row: os.DirEntry[str],
    device: int,
    here: list[int],
    files: list[tuple[int, str]],
    old: list[int],
    waiting: list[str],
) -> None:
    here[1] += 1
    try:
        seen = row.stat(follow_symlinks=False)
    except OSError:
        return
    if stat.S_ISDIR(seen.st_mode) and seen.st_dev == device:
        waiting.append(row.path)
    elif stat.S_ISREG(seen.st_mode):
        size = seen.st_blocks * 512
        here[0] += size
        files.append((size, row.path))
        if is_rotated_log(row.name, row.path.rpartition("/")[0]):
            old[0] += size
            old[1] += 1


def _measured(top: str, folders: dict[str, list[int]]) -> None:
    """What lies in directories that are closed to us, by the peek program's measure, where it is installed."""
    for row in listed(peek({"see": "sizes", "path": top}), "sizes"):
        path, size = str(row.get("path", "")), row.get("bytes")
        seen = sum(n[0] for name, n in folders.items() if name == path or name.startswith(f"{path}/"))
        if isinstance(size, int) and path.startswith(top) and size > 2 * seen + 65_536:
            folders[path] = [size, 0]


def _top(rows: dict[str, list[int]], by: int) -> list[tuple[str, list[int]]]:
    return sorted(rows.items(), key=lambda row: -row[1][by])[:10]
