"""A log file as it grows: through rotation, truncation and until it appears."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from stillwatch.host.textlines import TextLines
from stillwatch.records.line import Line
from stillwatch.watch.shapes.reader import Block, Reader

FOLLOW_BYTES: Final = 1 << 16
FOLLOW_LINES: Final = 5000


class LogFollower:
    """A log that grows: `lines` gives what came since the last call and never waits.

    At first it stands at the end of the file, or at its start where from_start is set or the file came later. A file
    that was renamed is read to its end before the one that took its place; one that was cut is read from its start. A
    last line without its end waits for it. `problem` says why nothing can be read now, "" if it can.
    """

    def __init__(self, path: str, *, from_start: bool = False) -> None:
        self.path = path
        self.problem = ""
        self._file: BinaryIO | None = None
        self._text = TextLines()
        self._reader = Reader(0.0)
        self._open(at_end=not from_start)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._text = None, TextLines()

    def lines(self, now: float, limit: int = FOLLOW_LINES) -> list[Line]:
        """At most `limit` lines (the rest next time). now: the time of a line that carries none."""
        self._reader.at(now)
        found: list[Line] = []
        while len(found) < limit:
            chunk = self._read()
            found += self._taken_apart(self._text.take(chunk))
            if not chunk and not self._next_file():
                break
        return found

    def _taken_apart(self, block: Block) -> list[Line]:
        if block:
            self._reader.turn(block)
        return [self._reader.line(raw, number) for number, raw in enumerate(block)]

    def _read(self) -> bytes:
        if self._file is None:
            return b""
        try:
            if os.fstat(self._file.fileno()).st_size < self._file.tell():
                self._file.seek(0)
                self._text = TextLines()
            return self._file.read(FOLLOW_BYTES)
        except OSError as error:
            self.close()
            self.problem = f"{self.path}: {error.strerror}"
            return b""

    def _next_file(self) -> bool:
        """Whether another file has taken the place of the one that was read to its end."""
        try:
            seen = Path(self.path).stat()
        except OSError as error:
            self.problem = f"{self.path}: {error.strerror}"
            return False
        mine = None if self._file is None else os.fstat(self._file.fileno())
        if mine is not None and (mine.st_dev, mine.st_ino) == (seen.st_dev, seen.st_ino):
            return False
        self.close()
        self._open(at_end=False)
        return self._file is not None

    def _open(self, *, at_end: bool) -> None:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError as error:
            self.problem = f"{self.path}: {error.strerror}"
            return
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            self.problem = f"{self.path}: is not a regular file"
            return
        self._file, self.problem = os.fdopen(descriptor, "rb", buffering=0), ""
        if at_end:
            self._file.seek(0, os.SEEK_END)
