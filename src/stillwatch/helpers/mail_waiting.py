"""How much mail waits in the queue of Postfix, Exim or sendmail: counts and ages, never names or words."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypedDict

QUEUES: Final = {
    "postfix": (
        "/var/spool/postfix/deferred",
        "/var/spool/postfix/active",
        "/var/spool/postfix/incoming",
        "/var/spool/postfix/hold",
    ),
    "exim": ("/var/spool/exim4/input", "/var/spool/exim/input"),
    "sendmail": ("/var/spool/mqueue",),
}
MOST: Final = 100_000
DEEPEST: Final = 4


class Queue(TypedDict):
    """count: of messages, None where it may not be read; oldest: seconds since the epoch, 0 for none."""

    program: str
    folder: str
    count: int | None
    oldest: int


def mail_waiting(root: Path = Path("/")) -> list[Queue]:
    """Of each folder that is there."""
    return [
        _counted(program, folder, root / folder.lstrip("/"))
        for program, folders in QUEUES.items()
        for folder in folders
        if (root / folder.lstrip("/")).is_dir()
    ]


def _counted(program: str, folder: str, place: Path) -> Queue:
    """Of Exim each message has a header file, and a data file beside it; of sendmail a control file."""
    mark = {"exim": "-H", "sendmail": "qf"}.get(program, "")
    count, oldest = 0, 0
    try:
        for name, at in _files(place, 0):
            if not mark or name.endswith(mark) or name.startswith(mark):
                count, oldest = count + 1, min(oldest or at, at)
                if count == MOST:
                    break
    except OSError:
        return Queue(program=program, folder=folder, count=None, oldest=0)
    return Queue(program=program, folder=folder, count=count, oldest=oldest)


def _files(place: Path, depth: int) -> Iterator[tuple[str, int]]:
    """Name and time of every file below. Raises OSError where a folder may not be listed."""
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if depth < DEEPEST:
                    yield from _files(Path(entry.path), depth + 1)
            else:
                with contextlib.suppress(FileNotFoundError):  # it was sent meanwhile
                    yield entry.name, int(entry.stat(follow_symlinks=False).st_mtime)
