"""What lies below a declared directory and belongs to somebody else: found and given back by open descriptors alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from stillwatch.helpers.request import RequestRefused
from stillwatch.helpers.safe_open import mount_of, open_beneath

MOST: Final = 100_000
DEEPEST: Final = 32


def strangers(path: str, wrong: frozenset[int]) -> Iterator[tuple[int, os.stat_result]]:
    """Open descriptors of directories and plain files below `path` that one of the uids `wrong` owns; closed again
    when the next is asked for.

    Links, files with several links, devices and other mounts (R39) are passed over. Raises RequestRefused beyond MOST
    entries or DEEPEST levels, since half a tree that is right helps nobody.
    """
    with ExitStack() as stack:
        top = open_beneath(path, os.O_RDONLY | os.O_NONBLOCK)
        stack.callback(os.close, top)
        facts = os.fstat(top)
        if stat.S_ISDIR(facts.st_mode):
            yield from _walk(top, mount_of(top), wrong, [MOST], DEEPEST)


def _walk(
    folder: int, mount: int, wrong: frozenset[int], left: list[int], levels: int
) -> Iterator[tuple[int, os.stat_result]]:
    for name in os.listdir(folder):
        left[0] -= 1
        if left[0] < 0 or levels == 0:
            raise RequestRefused("more lies below it than is looked through")
        try:
            entry = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        except OSError:
            continue  # a link, a socket, or gone
        try:
            facts = os.fstat(entry)
            is_folder = stat.S_ISDIR(facts.st_mode)
            if mount_of(entry) != mount or not (is_folder or (stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1)):
                continue
            if facts.st_uid in wrong:
                yield entry, facts
            if is_folder:
                yield from _walk(entry, mount, wrong, left, levels - 1)
        finally:
            os.close(entry)
