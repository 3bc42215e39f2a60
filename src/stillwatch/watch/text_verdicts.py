"""Verdicts on whole lines of one text, heads and all, so that a line of a known kind is not taken apart again."""

from __future__ import annotations

from itertools import repeat
from typing import Final, NamedTuple

from stillwatch.records.line import Line
from stillwatch.records.unread import Unread
from stillwatch.watch.kinds import Kind
from stillwatch.watch.mask import ZEROS
from stillwatch.watch.prefilter import CACHE_ENTRIES, CACHED_BYTES, HARMLESS, SUSPICIOUS, Prefilter, Verdict
from stillwatch.watch.shapes.alike import Alike
from stillwatch.watch.shapes.reader import Block, Reader

GRAVE: Final = frozenset((b"0", b"1", b"2", b"3"))
CALL_IT_SUSPICIOUS: Final = Verdict((SUSPICIOUS,))


class Known:
    """What is known of a kind of line that is not harmless, or not well read. alike: how the others are read, and kind:
    what the rules make of them, where that is shorter than to look at the whole line."""

    __slots__ = ("alike", "kind", "unnamed", "untimed", "verdict")

    def __init__(self, verdict: Verdict, *, untimed: bool = False, unnamed: bool = False) -> None:
        self.verdict, self.untimed, self.unnamed = verdict, untimed, unnamed
        self.alike: Alike | None = None
        self.kind: Kind | None = None


class Judged(NamedTuple):
    """known: of the kind of the line, where the line was read as another of that kind."""

    line: Line
    verdict: Verdict
    known: Known | None = None


class Hinged:
    """A kind of line whose priority hangs on numbers in it, as that of an access log does on the status."""

    __slots__ = ("kinds", "where")

    def __init__(self, where: tuple[slice, ...]) -> None:
        self.where = where
        self.kinds: dict[bytes, Known | None] = {}

    def key(self, raw: bytes) -> bytes:
        return raw[self.where[0]] if len(self.where) == 1 else b" ".join([raw[where] for where in self.where])


NEW: Final = Known(HARMLESS)
"""Stands for a kind of line that was not met before."""


class TextVerdicts:
    """What is known of one stream's lines. known: by the masked line; None for one that is harmless and well read."""

    def __init__(self, reader: Reader, screen: Prefilter) -> None:
        self.known: dict[bytes, Known | Hinged | None] = {}
        self._reader, self._screen, self._studies = reader, screen, reader.studies
        self._lines = self._untimed = self._unnamed = 0

    @classmethod
    def of(cls, reader: Reader, screen: Prefilter) -> TextVerdicts:
        """Those of this stream; begun anew where the rules are others."""
        kept = reader.verdicts
        if not isinstance(kept, cls) or kept._screen is not screen:
            kept = reader.verdicts = cls(reader, screen)
        return kept

    def doubtful(self, block: Block) -> list[tuple[int, bytes]]:
        """Number and masked form of the lines of which not all is known to be well."""
        keys = list(map(bytes.translate, block, repeat(ZEROS)))
        kept = map(self.known.get, keys, repeat(NEW))
        return [(number, keys[number]) for number, one in enumerate(kept) if one is not None]

    def judge(self, raw: bytes, number: int, key: bytes) -> Judged | None:
        """A line that may matter; None for one that does not, whatever others of its kind do. key: its masked form."""
        known = self.known.get(key, NEW)
        if isinstance(known, Hinged):
            known = known.kinds.get(known.key(raw), NEW)
        if known is NEW:
            return self._first(raw, number, key)
        return None if known is None else self._again(raw, number, known)

    def _first(self, raw: bytes, number: int, key: bytes) -> Judged | None:
        """A line of a kind that was not met before, or whose verdict hangs on more than its kind."""
        reader = self._reader
        line = reader.line(raw, number)
        if reader.studies != self._studies:
            self._studies = reader.studies
            self.known.clear()
        verdict, hinges = self._screen.verdict(line.raw), reader.hinges
        lasting = not reader.volatile or bool(hinges)
        if not verdict and lasting and line.fields.get("PRIORITY") in GRAVE:
            verdict = CALL_IT_SUSPICIOUS
        known = Known(verdict, untimed="UNTIMED" in line.fields, unnamed=not line.subject)
        read = not (known.untimed or known.unnamed)
        if not read:
            self._count(known)
        if lasting and not (verdict and reader.reworded) and len(raw) <= CACHED_BYTES:
            if verdict:
                known.alike = reader.alike(raw, line)
            self._keep(raw, key, None if read and not verdict else known, hinges)
        return Judged(line, verdict) if verdict else None

    def _keep(self, raw: bytes, key: bytes, known: Known | None, hinges: tuple[slice, ...]) -> None:
        if len(self.known) >= CACHE_ENTRIES:
            self.known.clear()
        if not hinges:
            self.known[key] = known
            return
        hinged = self.known.get(key)
        if not isinstance(hinged, Hinged):
            hinged = self.known[key] = Hinged(hinges)
        if len(hinged.kinds) >= CACHED_BYTES:
            hinged.kinds.clear()
        hinged.kinds[hinged.key(raw)] = known

    def _again(self, raw: bytes, number: int, known: Known) -> Judged | None:
        """A line of a known kind that may matter, taken apart; None for one that does not, whatever its kind does."""
        if known.untimed or known.unnamed:
            self._count(known)
        if not known.verdict or not (known.kind or self._screen.may_match(known.verdict, raw)):
            return None
        if known.alike and (line := known.alike.read(raw, self._reader.stamps)):
            return Judged(line, known.verdict, known)
        return Judged(self._reader.line(raw, number), known.verdict)

    def take_unread(self) -> Unread:
        """What could not be told since the last call."""
        unread = Unread(self._lines, self._untimed, self._unnamed)
        self._lines = self._untimed = self._unnamed = 0
        return unread

    def _count(self, known: Known) -> None:
        self._lines += 1
        self._untimed += known.untimed
        self._unnamed += known.unnamed
