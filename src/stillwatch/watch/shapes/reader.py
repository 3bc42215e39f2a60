"""Takes the lines of one stream apart, by the table of shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from stillwatch.records.line import LINE_LIMIT, Line
from stillwatch.watch.shapes.alike import Alike, hinges
from stillwatch.watch.shapes.fields import pairs, read_fields, read_json, read_logfmt
from stillwatch.watch.shapes.head import fill, level_for_program
from stillwatch.watch.shapes.leading import leading_priority
from stillwatch.watch.shapes.naming import is_program_name, program_name
from stillwatch.watch.shapes.opening import MAY_HAVE_HEAD, may_say_more
from stillwatch.watch.shapes.parts import Parts
from stillwatch.watch.shapes.shape import TAG, Shape, beginning
from stillwatch.watch.shapes.signature import writer_of
from stillwatch.watch.shapes.stamp import Stamps
from stillwatch.watch.shapes.table import TABLE, rows_for

SAMPLE: Final = 200
"""Lines by which a stream is judged."""
BACK: Final = 200  # lines that are looked back at for the head of a trace
MEMO, HEAD_BYTES, NESTED = 4096, 32, 3
RECHECK: Final = 256
"""After so many lines that no row fits, the stream is judged anew."""
Block = list[bytes]
TELLING: Final = frozenset(("program", "logger", "client"))
LOOSE: Final = tuple(shape for shape in TABLE if shape.loose)
LETTERS: Final = bytes(
    97 if chr(code).isalpha() or code >= 128 else 48 if chr(code).isdigit() else code for code in range(256)
)
OWN_TAG: Final = re.compile(TAG.encode())
PAIR_START: Final = re.compile(rb"[A-Za-z_@][\w.@/-]{0,60}=")
LOGFMT_START: Final = re.compile(rb"(?:time|ts|t|level|lvl|msg|timestamp|logger|caller|at)=")
EVENT_STREAM: Final = re.compile(rb"data: ?(?=\{)")
RECORD: Final = re.compile(rb"__[A-Z_]+=|[^\n]{2,80} \[s=[0-9a-f]+;i=[0-9a-f]+;")
SLASHED: Final = re.compile(rb"\D?(\d{1,2})/(\d{1,2})/\d")
PRIORITIES: Final = tuple(str(number).encode() for number in range(8))


class Reader:
    """One stream: its sample, its zone, and the rows that its lines fit.

    now: the time of a line that tells none, and what a missing year is measured against. booted: when the machine that
    counts seconds since its start was started, None where that cannot be known. owner: whose the nameless lines are.
    """

    def __init__(self, now: float, *, booted: float | None = None, owner: str = "") -> None:
        self.now, self.booted, self.owner = now, booted, owner
        self.stamps = Stamps(now)
        self.stamped = self.volatile = self.reworded = False
        self.hinges: tuple[slice, ...] = ()
        self.studies, self._odd = 0, False
        self._matches: list[tuple[re.Match[bytes], int]] = []
        self.verdicts: object = None
        """Whatever the watch room keeps of this stream."""
        self.writer, self._settled = owner, False
        self.host = ""
        self.hosts: tuple[str, ...] = ()
        self._block: Block = []
        self._tail: Block = []
        self._allowed: frozenset[str] = frozenset()
        self._memo: dict[bytes, Shape] = {}
        self._bare: set[bytes] = set()
        self._unfit = 0
        self._heads: tuple[bytes, Line] | None = None
        self._first: float | None = None

    def at(self, now: float) -> None:
        """Set what times are measured against: for a stream that is followed."""
        self.now = self.stamps.now = now

    def turn(self, block: Block) -> None:
        """Go on to these lines; the stream is judged by its first ones."""
        if not self._block:
            self.study(block)
        self._tail, self._block = self._block[-BACK:], block

    def study(self, lines: Sequence[bytes]) -> None:
        """Judge the stream by its first lines, or by those at hand where it has changed."""
        self.studies += 1
        sample = [line for line in lines[:SAMPLE] if line.strip()]
        slashed = [found for line in sample if (found := SLASHED.match(line))]
        self.stamps.day_first = any(int(found[1]) > 12 for found in slashed)
        fits = {shape.id: sum(1 for line in sample if shape.compiled.match(line)) for shape in LOOSE}
        least = max(min(3, max(2, len(sample))), len(sample) // 2 + 1)
        self._allowed = frozenset(name for name, count in fits.items() if count >= least)
        read = [parts for line in sample if (parts := self.parts(line)) is not None]
        if self._settled:
            read = [parts for line in sample if (parts := self.parts(line)) is not None]
        named = sum(1 for parts in read if parts.unit or (parts.program and not parts.component))
        self.writer = self.owner or (writer_of(sample) if 4 * named <= len(sample) else "")
        self.hosts = tuple(dict.fromkeys(parts.host for parts in read if parts.host))
        self.host = self.hosts[0] if len(self.hosts) == 1 else ""
        times = [parts.at for parts in read if parts.at is not None]
        self.stamped, self._unfit = bool(times) and 3 * len(times) >= len(sample), 0
        self._first = times[0] if self.stamped else None

    def parts(self, raw: bytes, depth: int = 0) -> Parts | None:
        """What the line says of itself; None where no shape fits."""
        first = raw[:1]
        if first == b"{":
            return self._structured(read_json(raw, self.stamps), depth)
        if not depth and b"\n" in raw and RECORD.match(raw):
            return self._record(raw)
        if LOGFMT_START.match(raw) and (parts := self._structured(read_logfmt(raw, self.stamps), depth)):
            return parts
        if (shape := self._memo.get(raw[:HEAD_BYTES].translate(LETTERS))) and (parts := self._fit(shape, raw, depth)):
            return parts
        for shape in rows_for(beginning(raw)):
            if (not shape.loose or shape.id in self._allowed) and (parts := self._fit(shape, raw, depth)):
                if TELLING & shape.groups:
                    self._remember(raw, shape)
                return parts
        if PAIR_START.match(raw):
            return self._structured(read_logfmt(raw, self.stamps), depth)
        if found := EVENT_STREAM.match(raw):
            return self._structured(read_json(raw[found.end() :], self.stamps), depth)
        return None

    def _remember(self, raw: bytes, shape: Shape) -> None:
        """Lines that begin alike have one shape, where it tells who speaks: the others fit many lines."""
        if len(self._memo) >= MEMO:
            self._memo.clear()
        self._memo[raw[:HEAD_BYTES].translate(LETTERS)] = shape

    def line(self, raw: bytes, number: int) -> Line:
        """The line, which is number `number` of the present block, as the watch room takes it.

        Afterwards `volatile` tells whether what was read hangs on digits, `hinges` where these stand if that is known,
        `reworded` whether the message is another than stands in the line.
        """
        self.volatile = self.reworded = self._odd = False
        self.hinges, self._matches = (), []
        parts = self.parts(raw)
        if parts is None:
            return self._headless(raw, number)
        if parts.by_number and not self.volatile and not parts.pinned:
            self.hinges = hinges(raw)
        if parts.at is None and parts.uptime is None and self.stamped and (head := self._head(number)):
            parts.at, self._odd = head.at, True
        if self._odd:
            self.hinges = ()
        return self._as_line(parts)

    def alike(self, raw: bytes, line: Line) -> Alike | None:
        """How to read lines that differ by digits alone from this one, read last; None if only as a whole."""
        if self._odd or self.reworded or (self.volatile and not self.hinges):
            return None
        return Alike.of(raw, self._matches, line)

    def head(self, raw: bytes, line: Line) -> bytes:
        """What stands in front of the message of this line, read last, where that tells all and no digit of it matters;
        else nothing."""
        if self._odd or self.reworded or self.volatile or len(self._matches) != 1 or may_say_more(line.raw):
            return b""
        return raw.removesuffix(line.raw)

    def earlier(self, number: int) -> Iterator[Line]:
        """The lines before that one as far as they are at hand, the newest first."""
        block, volatile, unfit = self._block, self.volatile, self._unfit
        for back in range(number - 1, -1, -1):
            line = self.line(block[back], back)
            self.volatile, self._unfit = volatile, unfit
            yield line

    def _headless(self, raw: bytes, number: int) -> Line:
        """A line that begins with no head: part of what was said before it, where the stream's lines have heads."""
        self._unfit += 1
        if self._unfit == RECHECK:
            self.study(self._block[max(0, number - SAMPLE) : number + 1])
        head = self._head(number) if self.stamped else None
        self.hinges, self._odd = (), True
        parts = Parts(raw.lstrip(b" \t") if head is None else raw, at=None if head is None else head.at)
        found = OWN_TAG.match(raw)
        if found and (found["pid"] or is_program_name(found["program"])):
            parts.program, parts.pid = program_name(found["program"]), (found["pid"] or b"").decode()
            parts.message = raw[found.end() :] if found["pid"] else raw
        elif head is not None:
            return head._replace(raw=raw[:LINE_LIMIT], fields=_without_priority(head.fields))
        return self._as_line(parts)

    def _head(self, number: int) -> Line | None:
        """The nearest line in front that has a time of its own."""
        for back in range(1, BACK + 1):
            where, lines = (number - back, self._block) if back <= number else (number - back, self._tail)
            if -where > len(self._tail):
                break
            raw = lines[where]
            if self._heads is not None and self._heads[0] is raw:
                head = self._heads[1]
            else:
                parts = self.parts(raw) if raw[:1] not in b" \t" else None
                if parts is None or parts.at is None:
                    continue
                head = self._as_line(parts)
            self._heads = (self._block[number], head)
            return head
        return None

    def _fit(self, shape: Shape, raw: bytes, depth: int) -> Parts | None:
        found = shape.compiled.match(raw)
        if found is None:
            return None
        has, group = shape.groups, found.group
        parts = Parts(raw if shape.whole else raw[found.end() :], program=shape.program)
        if "stamp" in has:
            stamp, zone = group("stamp"), group("z") if "z" in has else None
            if stamp is not None:
                parts.zoned = zone is not None or stamp.isdigit()
                parts.at = self.stamps.read(stamp, group("f") if "f" in has else None, zone)
                if parts.at is None:
                    self._odd = True
                    return None
        if number := fill(parts, found, has):
            self._hangs_on(number, found, depth)
        if not depth and parts.program and not parts.pid and not shape.program:
            level_for_program(parts, raw, found)
        if shape.inner and depth < NESTED:
            self._look_inside(parts, depth)
        if parts.priority is None:
            parts.priority = leading_priority(parts.message)
        self._matches.append((found, len(raw)))
        return parts

    def _hangs_on(self, name: str, found: re.Match[bytes], depth: int) -> None:
        """Numbers are masked in verdicts."""
        self.volatile = True
        if depth:  # where it stands in the whole line is not known
            self._odd = True
        else:
            self.hinges = (slice(*found.span(name)),)

    def _structured(self, parts: Parts | None, depth: int) -> Parts | None:
        """A record, whose message may be a whole line of a program, as in docker's own files."""
        if parts is None:
            return None
        if depth < NESTED and not parts.program:
            self._look_inside(parts, depth)
        if parts.priority is None:
            parts.priority = leading_priority(parts.message)
        return parts

    def _look_inside(self, parts: Parts, depth: int) -> None:
        if inner := self._inner(parts.message, depth + 1):
            if parts.at is not None and inner.zoned and not parts.zoned and inner.at is not None:
                self._settled |= self.stamps.settle(parts.at, inner.at)
            parts.with_inner(inner)
        elif not parts.program and (found := OWN_TAG.match(parts.message)) and is_program_name(found["program"]):
            parts.program, self._odd = program_name(found["program"]), True

    def _inner(self, message: bytes, depth: int) -> Parts | None:
        if not MAY_HAVE_HEAD.match(message):
            return None
        start = message[:HEAD_BYTES].translate(LETTERS)
        if start in self._bare:
            return None
        found = self.parts(message, depth)
        if found is None and len(self._bare) < MEMO:
            self._bare.add(start)
        return found

    def _record(self, raw: bytes) -> Parts:
        """Several lines that fold.py has put together: an export or a verbose entry of the journal."""
        first, _, rest = raw.partition(b"\n")
        fields: dict[str, Any] = pairs(iter((first + b"\n" + rest if first.startswith(b"__") else rest).split(b"\n")))
        parts = read_fields(
            {"_boot_id": "", "message": "", **{key.lower(): value for key, value in fields.items()}}, self.stamps, raw
        )
        if parts.at is None and (head := self.parts(first.partition(b" [s=")[0] + b" x", 1)):
            parts.at, parts.zoned = head.at, head.zoned
        return parts

    def _as_line(self, parts: Parts) -> Line:
        fields: dict[str, bytes] = {}
        if parts.priority is not None:
            fields["PRIORITY"] = PRIORITIES[parts.priority]
        if parts.pid:
            fields["_PID"] = parts.pid.encode()
        if parts.unit and parts.program:
            fields["SYSLOG_IDENTIFIER"] = parts.program.encode()
        self.volatile, self.reworded = self.volatile or parts.by_number, parts.reworded
        at = parts.at
        if at is None:  # what stands before the first time was said about then
            fields["UNTIMED"], at = b"1", self._first
            if parts.uptime is not None and self.booted is not None:
                at = min(self.booted + parts.uptime, self.now)
        program = self.writer if parts.component and self.writer else parts.program
        subject = parts.unit or program or self.writer
        at, host = self.now if at is None else at, parts.host or self.host
        return Line(at, parts.message[:LINE_LIMIT], subject, "log", fields, False, host)


def _without_priority(fields: Any) -> dict[str, bytes]:
    return {name: value for name, value in fields.items() if name != "PRIORITY"}
