"""Log text: a file, a packed file or standard input, in clean lines, block by block."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from stillwatch.errors import WrongUsage
from stillwatch.host.packed import BROKEN, LONGEST, unpacked
from stillwatch.host.textlines import TextLines, wide_encoding
from stillwatch.records.line import Line
from stillwatch.watch.shapes.fold import fold
from stillwatch.watch.shapes.reader import Block, Reader
from stillwatch.watch.shapes.unquote import unquoted

PROBE_BYTES: Final = 4096
CHUNK_BYTES: Final = 1 << 20
TAIL_BYTES: Final = 1 << 16
OLDEST: Final = 631_152_000.0
"""The start of 1990: a file that claims to be older (0, 1 in some stores) was not written then."""
UPTIME: Final = re.compile(rb"^[^\n]{0,40}?\[ *(\d{1,9}\.\d{6})[\] <]", re.M)
PRINTABLE: Final = bytes(range(32, 256)) + b"\t\n\r\x0b\x0c\x1b\b\x07\x1e"
BINARIES: Final = (b"\x7fELF", b"LPKSHHRH", b"SQLite format", b"PK\x03\x04", b"\x89PNG", b"%PDF-")


class LogFile:
    """One log, read once from the start.

    name: a path, or "-" for standard input; now: what a time without a year is measured against; uptime: seconds since
    this machine was started, for a kernel's ring on standard input.
    Raises WrongUsage for a file that is missing, unreadable, a directory or binary. `problems` grows while reading.
    """

    def __init__(
        self,
        name: str,
        *,
        now: float,
        uptime: float | None = None,
        tail: int = 0,
        may_be_empty: bool = False,
        owner: str = "",
    ) -> None:
        """tail: only so many bytes at its end, where it is a plain file; 0: all of it.
        may_be_empty: as a log is that was rotated a moment ago; else it is told as a problem."""
        self.name = name
        self.problems: list[str] = []
        self._now, self._uptime = now, uptime
        self._stream, self._packed = _open(name)
        if tail and not self._packed:
            self._skip(max(0, os.fstat(self._stream.fileno()).st_size - tail))
        try:
            self._head = _read_some(self._stream, PROBE_BYTES, name)
        except EOFError as error:
            self._head = b""
            self.problems.append(f"{self.title}: reading stopped: {error}")
        except WrongUsage:
            self._stream.close()
            raise
        if not self._head and not self.problems and not may_be_empty:
            self.problems.append(f"{self.title}: empty")
        self.reader = Reader(self._file_time(), booted=self._booted(), owner=owner)

    def _skip(self, start: int) -> None:
        """Begin with the first whole line after so many bytes."""
        if start:
            self._stream.seek(start)
            self._stream.readline()

    @property
    def title(self) -> str:
        return "standard input" if self.name == "-" else self.name

    def __enter__(self) -> LogFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def blocks(self) -> Iterator[Block]:
        """The lines, some thousands at a time; those of one record are one. Memory stays bounded whatever comes."""
        return fold(unquoted(self._blocks()))

    def lines(self) -> Iterator[Line]:
        """The same, taken apart."""
        for block in self.blocks():
            self.reader.turn(block)
            yield from (self.reader.line(raw, number) for number, raw in enumerate(block))

    def _blocks(self) -> Iterator[Block]:
        text, chunk = TextLines(), self._head
        while chunk:
            if block := text.take(chunk):
                yield block
            chunk = self._next_chunk()
        if last := text.end():
            yield last

    def _next_chunk(self) -> bytes:
        try:
            return self._stream.read1(CHUNK_BYTES) if hasattr(self._stream, "read1") else self._stream.read(CHUNK_BYTES)
        except BROKEN as error:
            self.problems.append(f"{self.title}: reading stopped: {error}")
            return b""

    def _file_time(self) -> float:
        """When the file was last written; the present for standard input."""
        if self.name == "-":
            return self._now
        try:
            written = os.fstat(self._stream.fileno()).st_mtime
        except (OSError, ValueError):
            return self._now
        return min(self._now, written) if written > OLDEST else self._now

    def _booted(self) -> float | None:
        """When the machine was started whose seconds stand in the log: this one's for standard input, else so that the
        last line was said when the file was written; None where neither can be told."""
        if self.name == "-":
            return None if self._uptime is None else self._now - self._uptime
        if self._packed or not UPTIME.search(self._head):
            return None
        try:
            with Path(self.name).open("rb") as stream:
                stream.seek(max(0, os.fstat(stream.fileno()).st_size - TAIL_BYTES))
                seconds = UPTIME.findall(stream.read(TAIL_BYTES))
        except OSError:
            return None
        return self._file_time() - float(seconds[-1]) if seconds else None


def _open(name: str) -> tuple[BinaryIO, bool]:
    """What is to be read, and whether it is packed."""
    if name != "-" and Path(name).is_dir():
        raise WrongUsage(f"{name}: is a directory, not a log file", next_step="--journal reads a directory")
    try:
        stream = _standard_input() if name == "-" else Path(name).open("rb")  # noqa: SIM115 - LogFile closes it
        head = stream.peek(LONGEST)[:LONGEST] if hasattr(stream, "peek") else b""
    except OSError as error:
        raise WrongUsage(f"{name}: {error.strerror or error}") from error
    plain = unpacked(stream, head)
    return plain, plain is not stream


def _standard_input() -> BinaryIO:
    """A stream of our own: Python cannot end while somebody who was left behind waits for a line of its own one."""
    try:
        return os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    except (OSError, ValueError):
        return sys.stdin.buffer


def _read_some(stream: BinaryIO, size: int, name: str) -> bytes:
    """The first bytes; raises WrongUsage where they are not text, EOFError for an archive cut before them."""
    try:
        head = stream.read1(size) if hasattr(stream, "read1") else stream.read(size)
    except EOFError:
        raise
    except BROKEN as error:
        raise WrongUsage(f"{name}: {error}") from error
    strange = b"" if wide_encoding(head) else head.translate(None, PRINTABLE)
    if head.startswith(BINARIES) or len(strange) > max(2, len(head) // 20):
        raise WrongUsage(f"{name}: is binary, not log text")
    return head
