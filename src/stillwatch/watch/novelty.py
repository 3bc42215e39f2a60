"""Kinds of lines that no rule knows and that sound like trouble, seen for the first time: for the trigger tier."""

from __future__ import annotations

from dataclasses import dataclass

from stillwatch.records.event import Untrusted
from stillwatch.records.line import Line
from stillwatch.untrusted.redact import safe_text
from stillwatch.watch.mask import mask, template
from stillwatch.watch.room import is_dear

REPORTED = 20
WAITING = 2048
REMEMBERED = 65536
KEY_BYTES = 256
OFTEN = 3
"""So often what was told as new is told once more: then it is no passing word, and it goes on."""
OFTEN_SECONDS = 900.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Novel:
    """One kind of line: sample and template are redacted untrusted text; first and last in seconds since the epoch;
    host: "" for the watched one.
    """

    template: Untrusted
    sample: Untrusted
    subject: str
    count: int
    first: float
    last: float
    priority: int | None = None
    host: str = ""


class Novelty:
    """Remembers the kinds it has reported, at most REMEMBERED of them, the oldest forgotten first. What is said OFTEN
    within OFTEN_SECONDS is reported once more.

    dropped: lines that found no room and are not told; those of the kernel, of PID 1 and errors make others leave.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[int, float]] = {}
        self._waiting: dict[bytes, list[object]] = {}
        self._kinds: dict[bytes, bytes] = {}
        self._minor: dict[bytes, None] = {}
        self.dropped = 0

    def note(self, line: Line, masked: bytes | None = None) -> None:
        """Count a line that no rule knows; masked: its masked form where the caller has it already."""
        masked = mask(line.raw) if masked is None else masked
        kind = self._kinds.get(masked)
        if kind is None:
            kind = template(masked)[:KEY_BYTES]
            if len(self._kinds) < WAITING and len(masked) <= 2 * KEY_BYTES:
                self._kinds[masked] = kind
        kind = line.host.encode() + b"\n" + kind if line.host else kind
        entry = self._waiting.get(kind)
        if entry is not None:
            entry[0] += 1  # type: ignore[operator]
            entry[2] = line.at
        elif (before := self._before(hash(kind), line.at)) is not None:
            dear = is_dear(line)
            if len(self._waiting) >= WAITING and not (dear and self._make_room()):
                self.dropped += 1
                return
            self._waiting[kind] = [before + 1, line, line.at]
            if not dear:
                self._minor[kind] = None

    def _before(self, kind: int, at: float) -> int | None:
        """How often it was said before, where that is to be told with it now; None where it only counts."""
        said, first = self._known.get(kind, (0, at))
        if not said:
            return 0
        if said >= OFTEN:
            return None
        if at - first > OFTEN_SECONDS:
            said, first = 0, at
        self._known[kind] = said + 1, first
        return said if said + 1 >= OFTEN else None

    def _make_room(self) -> bool:
        """One that is not dear leaves; it is told if it is seen again."""
        for kind in self._minor:
            del self._minor[kind]
            self.dropped += self._waiting.pop(kind)[0]  # type: ignore[operator]
            return True
        return False

    def take(self, limit: int = REPORTED) -> tuple[Novel, ...]:
        """What is new since the last call, the gravest and rarest first; the rest is remembered as seen."""
        found = [_novel(kind, *entry) for kind, entry in self._waiting.items()]  # type: ignore[arg-type]
        for kind, entry in self._waiting.items():
            count, line, _ = entry
            self._known[hash(kind)] = count, line.at  # type: ignore[assignment, attr-defined]
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        self._waiting.clear()
        self._minor.clear()
        self._kinds.clear()
        found.sort(key=lambda novel: (8 if novel.priority is None else novel.priority, novel.count))
        return tuple(found[:limit])


def _novel(kind: bytes, count: int, line: Line, last: float) -> Novel:
    return Novel(
        template=Untrusted(safe_text(kind.rpartition(b"\n")[2].decode("utf-8", "replace"), KEY_BYTES)),
        sample=Untrusted(safe_text(line.text)),
        subject=safe_text(line.subject, 255),
        count=count,
        first=line.at,
        last=last,
        priority=line.priority,
        host=line.host,
    )
