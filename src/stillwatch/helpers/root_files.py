"""Files that only root may read, read so that nobody else can be meant: regular, of whom they must be, no links."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 262_144
MOST_FILES: Final = 200


def lines_of(path: Path, owners: frozenset[int] = frozenset((0,)), *, follow: bool = False) -> list[str] | None:
    """Its lines; None where it may not be read, is longer, is no regular file, or could be changed by others than
    `owners`. follow: a link is followed, as on NixOS; what it leads to must be root's all the same."""
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        descriptor = os.open(path, flags)
    except OSError:
        return None
    try:
        facts = os.fstat(descriptor)
        foreign = facts.st_uid not in owners or facts.st_mode & stat.S_IWOTH
        if not stat.S_ISREG(facts.st_mode) or foreign or facts.st_size > MOST_BYTES:
            return None
        return os.read(descriptor, MOST_BYTES).decode("utf-8", "replace").splitlines()
    finally:
        os.close(descriptor)


def names_in(folder: Path) -> list[str] | None:
    """The first MOST_FILES, sorted; none where there is no such folder, None where it may not be listed."""
    try:
        return sorted(name for _, name in zip(range(MOST_FILES), _names(folder), strict=False))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        return None


def _names(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        yield from (entry.name for entry in entries)
