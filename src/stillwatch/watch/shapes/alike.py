"""How all lines of one masked form are read: the digits of such lines differ, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from stillwatch.records.line import Line
from stillwatch.watch.shapes.stamp import Stamps

_line = Line._make
Heads = Sequence[tuple[re.Match[bytes], int]]
FREE: Final = ("stamp", "f", "z", "pid", "pid2", "mono")
"""The parts of a head that are read anew from each line; digits elsewhere in it must be the same."""
DIGIT: Final = re.compile(rb"\d")
NUMBERED: Final = re.compile(
    rb"(?:priority|level(?:name)?|severity(?:_?text|_?number)?|lvl|@l|(?<![a-z])s|status(?:_?code)?|type|code)"
    rb"[\\\"]*\s*[:=]\s*[\\\"]*(\d+)",
    re.IGNORECASE,
)
"""Numbers of structured text on which a priority may hang, and perhaps others."""


class Alike:
    """Made of one line and the matches of its heads; reads the others with a few slices."""

    __slots__ = ("_f", "_fields", "_fixed", "_host", "_pid", "_stamp", "_start", "_subject", "_z")

    def __init__(self, raw: bytes, parts: list[tuple[str, slice]], end: int, line: Line) -> None:
        where = dict(parts)
        self._stamp, self._f, self._z = where["stamp"], where.get("f"), where.get("z")
        self._pid = (where.get("pid") or where.get("pid2")) if "_PID" in line.fields else None
        self._start = len(raw) - len(line.raw)
        self._subject, self._host, self._fields = line.subject, line.host, dict(line.fields)
        self._fixed = tuple(_fixed(raw, [span for _, span in parts], max(end, self._start)))

    @classmethod
    def of(cls, raw: bytes, heads: Heads, line: Line) -> Alike | None:
        """line: what was read from raw; heads: matches, each on so many bytes at the end of raw. None where they do not
        tell each part once."""
        parts = [part for found, size in heads for part in _parts(found, len(raw) - size)]
        names = [name for name, _ in parts]
        if "stamp" not in names or len(set(names)) < len(names) or not raw.endswith(line.raw):
            return None
        return cls(raw, parts, max(found.end() + len(raw) - size for found, size in heads), line)

    def read(self, raw: bytes, stamps: Stamps) -> Line | None:
        """The line; None where its head says something else after all."""
        for where, fixed in self._fixed:
            if raw[where] != fixed:
                return None
        at = stamps.read(raw[self._stamp], raw[self._f] if self._f else None, raw[self._z] if self._z else None)
        if at is None:
            return None
        fields = self._fields
        if self._pid:
            fields = fields.copy()
            fields["_PID"] = raw[self._pid]
        return _line((at, raw[self._start :], self._subject, "log", fields, False, self._host))


def hinges(raw: bytes) -> tuple[slice, ...]:
    """Where the numbers stand on which the priority of structured text may hang."""
    return tuple(slice(*found.span(1)) for found in NUMBERED.finditer(raw))


def _parts(found: re.Match[bytes], offset: int) -> Iterator[tuple[str, slice]]:
    for name in FREE:
        if name in found.re.groupindex and (part := found[name]) and (name != "pid" or part.isdigit()):
            yield name, slice(found.start(name) + offset, found.end(name) + offset)


def _fixed(raw: bytes, free: list[slice], end: int) -> Iterator[tuple[slice, bytes]]:
    """The pieces of the head that hold digits which all lines must share."""
    at = 0
    for span in (*sorted(free, key=lambda span: span.start), slice(end, end)):
        piece = slice(at, span.start)
        if DIGIT.search(raw[piece]):
            yield piece, raw[piece]
        at = max(at, span.stop)
