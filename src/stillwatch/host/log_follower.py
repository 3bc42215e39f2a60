"""A log file as it grows: through rotation, truncation and restarts, and until it appears."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from stillwatch.host.log_place import Place, unread_of
from stillwatch.host.textlines import TextLines
from stillwatch.records.line import Line
from stillwatch.watch.shapes.reader import Block, Reader

FOLLOW_BYTES: Final = 1 << 16
FOLLOW_LINES: Final = 5000
ENDS: Final = (b"\n", b"\r")


class LogFollower:
    """A log that grows: `lines` gives what came since the last call and never waits.

    place: where an earlier follower stood, as its `place` said: what was written since is read, also from the files
    that the log was rotated to. Without it the follower stands at the end of the file, or at its start where from_start
    is set or the file came later. A file that was renamed is read to its end before the one that took its place; one
    that was cut is read from its start, after what a copy of it still holds. A last line without its end waits for it.
    `problem` says why nothing can be read now, "" if it can.
    """

    def __init__(self, path: str, *, place: str = "", from_start: bool = False, owner: str = "") -> None:
        self.path = path
        self.problem = ""
        self._file: BinaryIO | None = None
        self._text = TextLines()
        self._reader = Reader(0.0, owner=owner)
        self._offset = 0
        self._earlier: Iterator[bytes] = iter(())
        self._known = Place.parse(place)
        self._open(at_end=not from_start and self._known is None)

    @property
    def place(self) -> str:
        """Behind the last whole line that `lines` has given; "" where there is none yet."""
        return "" if self._known is None else self._known.text()

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
        if chunk := next(self._earlier, b""):
            return chunk
        if self._file is None:
            return b""
        try:
            if self._is_cut():
                self._begin_again()
                return self._read()
            chunk = self._file.read(FOLLOW_BYTES)
            self._note(chunk)
            return chunk
        except OSError as error:
            self.close()
            self.problem = f"{self.path}: {error.strerror}"
            return b""

    def _note(self, chunk: bytes) -> None:
        """Where the last whole line ends."""
        end = max(chunk.rfind(mark) for mark in ENDS)
        if end >= 0 and self._file is not None:
            self._known = Place.of(self._file.fileno(), self._offset + end + 1)
        self._offset += len(chunk)

    def _is_cut(self) -> bool:
        """Whether what was read of the file is no longer in it: emptied, and perhaps filled again already."""
        if self._file is None or self._known is None:
            return self._file is not None and os.fstat(self._file.fileno()).st_size < self._offset
        return os.fstat(self._file.fileno()).st_size < self._offset or not self._known.is_in(self._file.fileno())

    def _begin_again(self) -> None:
        assert self._file is not None
        self._earlier = unread_of(self.path, self._known) if self._known else iter(())
        self._file.seek(0)
        self._offset, self._text = 0, TextLines()
        self._known = Place.of(self._file.fileno(), 0)

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
        self._known = None
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
        self._offset = self._start(descriptor, at_end)
        self._file.seek(self._offset)

    def _start(self, descriptor: int, at_end: bool) -> int:
        """The byte to read from. What an earlier place leads to in other files comes first."""
        if self._known is None:
            offset = os.fstat(descriptor).st_size if at_end else 0
        elif self._known.is_in(descriptor):
            return self._known.offset
        else:
            self._earlier, offset = unread_of(self.path, self._known), 0
        self._known = Place.of(descriptor, offset)
        return offset
