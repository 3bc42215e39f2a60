"""How all lines of one masked form are read: the digits of such lines differ, and nothing else."""

from __future__ import annotations

import re
from typing import Final

from stillwatch.records.line import Line
from stillwatch.watch.shapes.stamp import Stamps

FREE: Final = ("stamp", "f", "z", "pid", "pid2", "mono")
"""The parts of a head that are read anew from each line; digits elsewhere in it must be the same."""
DIGIT: Final = re.compile(rb"\d")
NUMBERED: Final = re.compile(
    rb"(?:priority|level(?:name)?|severity(?:_?text|_?number)?|lvl|@l|s|status(?:_?code)?|type|code)"
    rb"[\\\"]*\s*[:=]\s*[\\\"]*(\d+)",
    re.IGNORECASE,
)
"""Numbers of structured text on which a priority may hang, and perhaps others."""


class Alike:
    """Made of one line and the match of its head; reads the others with a few slices."""

    __slots__ = ("_f", "_fields", "_fixed", "_host", "_pid", "_stamp", "_start", "_subject", "_z")

    def __init__(self, raw: bytes, found: re.Match[bytes], line: Line) -> None:
        """line: what was read from raw. Its message stands at the end of raw, and its time is that of the stamp."""
        self._stamp, self._f, self._z = (_span(found, name) for name in ("stamp", "f", "z"))
        self._pid = (_span(found, "pid") or _span(found, "pid2")) if "_PID" in line.fields else None
        self._start = len(raw) - len(line.raw)
        self._subject, self._host, self._fields = line.subject, line.host, dict(line.fields)
        self._fixed = tuple(_fixed(raw, found, self._start))

    def read(self, raw: bytes, stamps: Stamps) -> Line | None:
        """The line; None where its head says something else after all."""
        for where, said in self._fixed:
            if raw[where] != said:
                return None
        assert self._stamp is not None
        at = stamps.read(raw[self._stamp], raw[self._f] if self._f else None, raw[self._z] if self._z else None)
        if at is None:
            return None
        fields = self._fields
        if self._pid:
            fields = fields.copy()
            fields["_PID"] = raw[self._pid]
        return Line(at, raw[self._start :], self._subject, "log", fields, False, self._host)


def hinges(raw: bytes) -> tuple[slice, ...]:
    """Where the numbers stand on which the priority of structured text may hang."""
    return tuple(slice(*found.span(1)) for found in NUMBERED.finditer(raw))


def _span(found: re.Match[bytes], name: str) -> slice | None:
    if name not in found.re.groupindex or found[name] is None:
        return None
    return slice(*found.span(name))


def _fixed(raw: bytes, found: re.Match[bytes], start: int) -> list[tuple[slice, bytes]]:
    """The pieces of the head that hold digits which all lines must share."""
    free = sorted((where.start, where.stop) for name in FREE if (where := _span(found, name)))
    pieces, at = [], 0
    for begin, end in (*free, (max(start, found.end()), 0)):
        piece = slice(at, begin)
        if DIGIT.search(raw[piece]):
            pieces.append((piece, raw[piece]))
        at = max(at, end)
    return pieces
