"""Records of several lines, put together: the journal's export and verbose forms, JSON that is spread over lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

RECORD_LIMIT: Final = 65_536
"""Bytes kept of one record."""
SAMPLE: Final = 64
EXPORT: Final = re.compile(rb"__(?:CURSOR|REALTIME_TIMESTAMP|MONOTONIC_TIMESTAMP)=")
FIELD: Final = re.compile(rb"[A-Z_][A-Z0-9_]{0,63}(?:=|$)")
VERBOSE: Final = re.compile(rb"\S[^\n]{8,80} \[s=[0-9a-f]+;i=[0-9a-f]+;")
OPENING: Final = re.compile(rb"\s*(?:\[\s*)?\{\s*$|\s*\[\s*$")
STRING: Final = re.compile(rb'"(?>(?:[^"\\]+|\\.)*)(?:"|\\?\Z)')
SIZE_BYTES: Final = 8
"""Before the data of a field that is not text stands its size (systemd, JOURNAL_EXPORT_FORMATS.md)."""
Block = list[bytes]


class Form(Protocol):
    """Takes line after line; gives records as they are whole, and lines that belong to none."""

    def take(self, line: bytes) -> Iterator[bytes]: ...

    def rest(self) -> Iterator[bytes]: ...


def fold(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same lines, those of one record joined. The form is found by the first lines of a block that has one."""
    form: Form | None = None
    for block in blocks:
        form = form or form_of(block)
        yield block if form is None else [record for line in block for record in form.take(line)]
    if form is not None and (last := list(form.rest())):
        yield last


def form_of(block: Block) -> Form | None:
    """The form whose records begin in the block, None where every line stands for itself."""
    for number, line in enumerate(block[:SAMPLE]):
        if EXPORT.match(line):
            return Export()
        if VERBOSE.match(line):
            return Verbose()
        if OPENING.match(line) and number + 1 < len(block) and block[number + 1].lstrip()[:1] in (b'"', b"{"):
            return Spread()
    return None


class Kept:
    """The lines of the record that is not yet whole, as far as there is room."""

    def __init__(self, glue: bytes) -> None:
        self._glue, self._lines, self._size = glue, list[bytes](), 0

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, line: bytes) -> None:
        if self._size < RECORD_LIMIT:
            self._lines.append(line)
            self._size += len(line)

    def lengthen(self, line: bytes) -> None:
        """The last line goes on: a value of several lines."""
        if self._lines and self._size < RECORD_LIMIT:
            self._lines[-1] += b" " + line
            self._size += len(line)

    def take(self) -> Iterator[bytes]:
        if self._lines:
            yield self._glue.join(self._lines)
        self._lines, self._size = [], 0


class Export:
    """`journalctl -o export`: NAME=value lines, an empty line between two entries."""

    def __init__(self) -> None:
        self._kept = Kept(b"\n")
        self._name = b""

    def take(self, line: bytes) -> Iterator[bytes]:
        if self._name:
            if line:  # an empty one: the size itself held the sign for a new line
                self._kept.add(self._name + b"=" + line[SIZE_BYTES:].lstrip(b"\0 "))
                self._name = b""
        elif not line:
            yield from self._kept.take()
        elif found := FIELD.match(line):
            if found.group().endswith(b"="):
                self._kept.add(line)
            else:
                self._name = line
        else:
            self._kept.lengthen(line)

    def rest(self) -> Iterator[bytes]:
        return self._kept.take()


class Verbose:
    """`journalctl -o verbose`: a line with time and cursor, then indented fields."""

    def __init__(self) -> None:
        self._kept = Kept(b"\n")

    def take(self, line: bytes) -> Iterator[bytes]:
        if VERBOSE.match(line):
            yield from self._kept.take()
            self._kept.add(line)
        elif self._kept and line[:1] in (b" ", b"\t"):
            self._kept.add(line)
        else:
            yield from self._kept.take()
            yield line

    def rest(self) -> Iterator[bytes]:
        return self._kept.take()


class Spread:
    """JSON objects over several lines, one after the other or in a list; also in a list that an object holds."""

    def __init__(self) -> None:
        self._kept = Kept(b" ")
        self._depth = 0
        self._given = self._listed = False

    def take(self, line: bytes) -> Iterator[bytes]:
        bare = STRING.sub(b"", line)
        opened, closed = bare.count(b"{"), bare.count(b"}")
        if not self._depth and not opened:
            if line.strip(b" \t,]}["):
                yield line
            return
        if self._listed and line.lstrip().startswith(b"{"):  # what was open only holds the list of records
            self._kept, self._depth = Kept(b" "), 0
        self._listed = not self._given and self._depth == 1 and bare.rstrip().endswith(b"[")
        self._depth = max(0, self._depth + opened - closed)
        self._kept.add(line if self._kept else line.lstrip(b"[ \t"))
        if not self._depth:
            self._given = True
            yield from (record.rstrip(b", ]\t") for record in self._kept.take())

    def rest(self) -> Iterator[bytes]:
        return self._kept.take()
