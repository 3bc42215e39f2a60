"""Log text: a file, a gzip file or standard input, in the time formats that programs really write."""

from __future__ import annotations

import gzip
import os
import re
import stat
import sys
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import BinaryIO, cast

from stillwatch.errors import WrongUsage
from stillwatch.records.line import LINE_LIMIT, Line

PROBE_BYTES = 4096
CHUNK_BYTES = 1 << 20
FOLLOW_BYTES = 1 << 16
FOLLOW_LINES = 5000
MONTHS = {name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}

RFC3164 = re.compile(
    rb"(?:<\d{1,3}>)?(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    rb"(?:\.\d+)? (?P<host>[^ \[:]{1,255}) (?=[^ ])"
)
RFC5424 = re.compile(
    rb"(?:<\d{1,3}>)1 (?P<time>\S{1,40}) (?P<host>\S{1,255}) (?P<program>\S{1,48}) \S{1,128} \S{1,32} "
    rb"(?:-|(?:\[(?:[^\]\\]|\\.){0,2048}\])+) ?(?:\xef\xbb\xbf)?"
)
ISO = re.compile(
    rb"(?:<\d{1,3}>)?\[?"
    rb"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?)\]?[ :]?\s*"
)
NGINX = re.compile(rb"(?P<day>\d{4}/\d\d/\d\d) (?P<hour>\d\d:\d\d:\d\d) (?=\[)")
DMESG = re.compile(rb"(?:<\d{1,3}>)?\[ *\d{1,9}\.\d{6}\] ")
SYSLOG_HOST = re.compile(rb"(?P<host>[A-Za-z0-9][A-Za-z0-9._-]{0,254}) (?=[A-Za-z(][^ :]{0,80}: )")
PROGRAM = re.compile(
    rb"(?P<program>[A-Za-z_(][A-Za-z0-9_.@/()+-]{0,80}|/[A-Za-z0-9_.@/()+-]{1,80}(?=\[))(?:\[(?P<pid>\d{1,10})\])?: "
)
LEVELS = frozenset(
    ("error", "warning", "warn", "fatal", "info", "debug", "notice", "critical", "panic", "err", "trace")
)


class LogFile:
    """One log, read once from the start.

    name: a path, or "-" for standard input; year and now: what a time without a year is measured against.
    Raises WrongUsage for a file that is missing, unreadable, a directory or binary. `problems` grows while reading.
    """

    def __init__(self, name: str, *, now: float) -> None:
        self.name = name
        self.problems: list[str] = []
        self._now = now
        self._stream = _open(name)
        try:
            self._head = _read_some(self._stream, PROBE_BYTES, name)
        except WrongUsage:
            self._stream.close()
            raise
        if not self._head:
            self.problems.append(f"{self.title}: empty")
        self._fallback = self._file_time()

    @property
    def title(self) -> str:
        return "standard input" if self.name == "-" else self.name

    def __enter__(self) -> LogFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def raw(self) -> Iterator[bytes]:
        """Lines as bytes, each cut at LINE_LIMIT: memory stays bounded whatever the file holds."""
        rest, skipping, chunk = b"", False, self._head
        while chunk:
            lines = chunk.split(b"\n") if not rest else (rest + chunk).split(b"\n")
            rest = lines.pop()
            if skipping and lines:
                lines.pop(0)
                skipping = False
            for line in lines:
                yield line if len(line) <= LINE_LIMIT else line[:LINE_LIMIT]
            if skipping:
                rest = b""
            elif len(rest) > LINE_LIMIT:
                yield rest[:LINE_LIMIT]
                rest, skipping = b"", True
            chunk = self._next_chunk()
        if rest and not skipping:
            yield rest[:LINE_LIMIT]

    def lines(self) -> Iterator[Line]:
        """The same, taken apart."""
        return map(self.parse, self.raw())

    def parse(self, raw: bytes) -> Line:
        """Time, program and message of one line; a line without a time carries the file's own."""
        return parse_line(raw, self._fallback)

    def _next_chunk(self) -> bytes:
        try:
            return self._stream.read1(CHUNK_BYTES) if hasattr(self._stream, "read1") else self._stream.read(CHUNK_BYTES)
        except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
            self.problems.append(f"{self.title}: reading stopped: {error}")
            return b""

    def _file_time(self) -> float:
        """When the file was last written; the present for standard input."""
        if self.name == "-":
            return self._now
        try:
            return min(self._now, os.fstat(self._stream.fileno()).st_mtime)
        except (OSError, ValueError):
            return self._now


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
        self._rest = b""
        self._skipping = False
        self._open(at_end=not from_start)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._rest, self._skipping = None, b"", False

    def lines(self, now: float, limit: int = FOLLOW_LINES) -> list[Line]:
        """At most `limit` lines (the rest next time). now: the time of a line that carries none."""
        found: list[Line] = []
        while len(found) < limit:
            chunk = self._read()
            found += [parse_line(raw, now) for raw in self._split(chunk)]
            if not chunk and not self._next_file():
                break
        return found

    def _read(self) -> bytes:
        if self._file is None:
            return b""
        try:
            if os.fstat(self._file.fileno()).st_size < self._file.tell():
                self._file.seek(0)
                self._rest, self._skipping = b"", False
            return self._file.read(FOLLOW_BYTES)
        except OSError as error:
            self.close()
            self.problem = f"{self.path}: {error.strerror}"
            return b""

    def _split(self, chunk: bytes) -> list[bytes]:
        """Whole lines, each cut at LINE_LIMIT; of an endless one the first part is told and the rest dropped."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if self._skipping and lines:
            lines, self._skipping = lines[1:], False
        if self._skipping:
            self._rest = b""
        elif len(self._rest) > LINE_LIMIT:
            lines, self._rest, self._skipping = [*lines, self._rest], b"", True
        return [line[:LINE_LIMIT] for line in lines]

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


def parse_line(raw: bytes, fallback: float) -> Line:
    """Take one log line apart. fallback: the time of a line that has none, and what a missing year is measured against.

    Times without a zone are taken as UTC.
    """
    line = raw[:LINE_LIMIT].rstrip(b"\r").replace(b"\0", b" ")
    if found := RFC3164.match(line):
        at = _without_year(found, fallback)
        return _with_program(line[found.end() :], fallback if at is None else at, syslog=True)
    if found := RFC5424.match(line):
        program = found["program"].decode("ascii", "replace")
        return Line(_iso(found["time"], fallback), line[found.end() :], "" if program == "-" else program)
    if found := ISO.match(line):
        rest = line[found.end() :]
        host = SYSLOG_HOST.match(rest)
        at = _iso(found["time"], fallback)
        return _with_program(rest[host.end() :] if host else rest, at, syslog=host is not None)
    if found := NGINX.match(line):
        at = _iso(found["day"].replace(b"/", b"-") + b" " + found["hour"], fallback)
        return Line(at, line[found.end() :], "nginx")
    if found := DMESG.match(line):
        return Line(fallback, line[found.end() :], "kernel")
    return _with_program(line, fallback, syslog=False)


def _with_program(rest: bytes, at: float, *, syslog: bool) -> Line:
    """A syslog header always names a program; elsewhere `word:` may be part of the message, then left whole."""
    found = PROGRAM.match(rest)
    if not found:
        return Line(at, rest, "")
    name = found["program"].decode("ascii", "replace").rsplit("/", 1)[-1]
    program = name.strip("()") or name
    if syslog or found["pid"]:
        return Line(at, rest[found.end() :], program)
    return Line(at, rest, program if program.islower() and program not in LEVELS else "")


def _without_year(found: re.Match[bytes], now: float) -> float | None:
    """The latest such moment that is not more than a day ahead of `now`; None for an impossible one."""
    month, year = MONTHS.get(found["month"]), datetime.fromtimestamp(now, UTC).year
    if month is None:
        return None
    parts = (month, int(found["day"]), int(found["hour"]), int(found["minute"]), int(found["second"]))
    at = float(timegm((year, *parts, 0, 0, 0)))
    return at if at <= now + 86400 else float(timegm((year - 1, *parts, 0, 0, 0)))


def _iso(text: bytes, fallback: float) -> float:
    try:
        value = datetime.fromisoformat(text.decode("ascii").replace(",", "."))
    except ValueError:
        return fallback
    if value.tzinfo is None:
        value = value.replace(tzinfo=timezone(timedelta(0)))
    return value.timestamp()


def _open(name: str) -> BinaryIO:
    if name == "-":
        return _standard_input()
    path = Path(name)
    if path.is_dir():
        raise WrongUsage(f"{name}: is a directory, not a log file", next_step="--journal reads a directory")
    try:
        stream = path.open("rb")
        packed = stream.peek(2)[:2] == b"\x1f\x8b"
    except OSError as error:
        raise WrongUsage(f"{name}: {error.strerror or error}") from error
    return cast(BinaryIO, gzip.GzipFile(fileobj=stream)) if packed else stream


def _standard_input() -> BinaryIO:
    """A stream of our own: Python cannot end while somebody who was left behind waits for a line of its own one."""
    try:
        return os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    except (OSError, ValueError):
        return sys.stdin.buffer


def _read_some(stream: BinaryIO, size: int, name: str) -> bytes:
    """The first bytes; raises WrongUsage where they are not text."""
    try:
        head = stream.read1(size) if hasattr(stream, "read1") else stream.read(size)
    except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise WrongUsage(f"{name}: {error}") from error
    strange = head.translate(None, bytes(range(32, 256)) + b"\t\n\r\x0b\x0c\x1b\b\x07")
    if head.startswith((b"\x7fELF", b"LPKSHHRH", b"SQLite format")) or len(strange) > max(2, len(head) // 20):
        raise WrongUsage(f"{name}: is binary, not log text")
    return head
