"""Lock and pid files where programs leave them, and whether the process that each names still lives."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from typing import Any, Final

from stillwatch.host.processes import lives

PLACES: Final = ("/run", "/var/lock", "/var/run", "/tmp", "/var/tmp", "/var/lib", "/srv", "/opt", "/data")  # noqa: S108
NAMED: Final = re.compile(r"\.?[\w@%+:,.-]{0,200}(?:\.(?:pid|lock|lck)|LCK|\.LOCK|lockfile|^lock)", re.IGNORECASE)
DEPTH: Final = 3
ENTRIES: Final = 20_000
FOUND: Final = 200


def lock_files(paths: Sequence[str] = PLACES) -> list[dict[str, Any]]:
    """Each once, by its real path: {path, pid (0 where it names none), alive, uid, changed}; bounded."""
    found: dict[str, dict[str, Any]] = {}
    for path in _walk(paths):
        real = os.path.realpath(path)
        if real not in found and (row := read_lock(real)) is not None:
            found[real] = row
        if len(found) >= FOUND:
            break
    return sorted(found.values(), key=lambda row: str(row["path"]))


def read_lock(path: str) -> dict[str, Any] | None:
    """None where it is no regular file or cannot be read; of its content only a process number is told."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            return None
        words = os.read(descriptor, 64).split()
    except OSError:
        return None
    finally:
        os.close(descriptor)
    pid = int(words[0]) if words and words[0].isdigit() and len(words[0]) <= 8 else 0
    alive = pid > 0 and lives(pid)
    return {"path": path, "pid": pid, "alive": alive, "uid": seen.st_uid, "changed": seen.st_mtime}


def _walk(paths: Sequence[str]) -> Iterator[str]:
    left = ENTRIES
    waiting = [(place, 1) for place in reversed(paths)]
    while waiting and left > 0:
        folder, depth = waiting.pop()
        try:
            with os.scandir(folder) as rows:
                for row in rows:
                    left -= 1
                    if left <= 0:
                        return
                    if row.is_dir(follow_symlinks=False) and depth < DEPTH:
                        waiting.append((row.path, depth + 1))
                    elif NAMED.fullmatch(row.name) and row.is_file(follow_symlinks=False):
                        yield row.path
        except OSError:
            continue
