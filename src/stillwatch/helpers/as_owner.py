"""What an administrator does as root in another user's folder is done as that user: he may put a link in the place of
any file there, and it would lead root to what is not his."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def owner_of(path: Path) -> tuple[int, int] | None:
    """User and group of the topmost part of the path that is not root's; None where all of it is, and for others than
    root, who act for themselves alone."""
    whole = path.absolute()
    for part in (*reversed(whole.parents), whole) if os.geteuid() == 0 else ():
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            facts = part.lstat()
            if facts.st_uid != 0:
                return facts.st_uid, facts.st_gid
    return None


@contextlib.contextmanager
def as_owner(path: Path) -> Iterator[None]:
    """For the whole process: nothing else may run meanwhile. What is opened within stays open."""
    owner = owner_of(path)
    if owner is None:
        yield
        return
    group, groups = os.getegid(), os.getgroups()
    os.setgroups([])
    os.setegid(owner[1])
    os.seteuid(owner[0])
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)
