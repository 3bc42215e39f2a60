"""inotify(7): the kernel says that files have changed. Only that something did; what, the reader sees for itself."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

MODIFY, ATTRIB, MOVED_TO, CREATE = 0x2, 0x4, 0x80, 0x100
DELETE_SELF, MOVE_SELF, ONLY_DIRECTORY = 0x400, 0x800, 0x0100_0000
"""Bits of <sys/inotify.h>."""
OF_A_FILE: Final = MODIFY | ATTRIB | DELETE_SELF | MOVE_SELF
OF_A_FOLDER: Final = CREATE | MOVED_TO | ONLY_DIRECTORY
READ_BYTES: Final = 1 << 16


class Inotify:
    """Watches files, and their folders for what takes their place. Raises OSError where the kernel gives no more."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._watched: dict[str, int] = {}

    def close(self) -> None:
        os.close(self._fd)

    def fileno(self) -> int:
        """Becomes readable when something has changed."""
        return int(self._fd)

    def watch(self, paths: Iterable[str], *, inside: int = 0) -> None:
        """Watch whatever stands at these paths now; call it again after changes. inside: more bits for the folders."""
        for path in paths:
            self._add(path, OF_A_FILE)
            self._add(str(Path(path).parent), OF_A_FOLDER | inside)

    def drain(self) -> None:
        """Take what has been told, so that the next change is news."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._fd, READ_BYTES):
                pass

    def _add(self, path: str, bits: int) -> None:
        watch = self._libc.inotify_add_watch(self._fd, os.fsencode(path), bits)
        before = self._watched.pop(path, None)
        if before is not None and before != watch:  # another file stands there now
            self._libc.inotify_rm_watch(self._fd, before)
        if watch >= 0:
            self._watched[path] = int(watch)
