"""Verdicts on whole lines of one text, heads and all, so that a line of a known kind is not taken apart again."""

from __future__ import annotations

from typing import Final, NamedTuple

from stillwatch.records.line import Line
from stillwatch.records.unread import Unread
from stillwatch.watch.mask import mask
from stillwatch.watch.prefilter import CACHE_ENTRIES, CACHED_BYTES, HARMLESS, SUSPICIOUS, Prefilter, Verdict
from stillwatch.watch.shapes.reader import Reader

GRAVE: Final = frozenset((b"0", b"1", b"2", b"3"))
CALL_IT_SUSPICIOUS: Final = Verdict((SUSPICIOUS,))


class Known(NamedTuple):
    """What is known of a kind of line that is not harmless, or not well read."""

    verdict: Verdict
    untimed: bool = False
    unnamed: bool = False


NEW: Final = Known(HARMLESS)
"""Stands for a kind of line that was not met before."""


class TextVerdicts:
    """What is known of one stream's lines. known: by the masked line; None for one that is harmless and well read."""

    def __init__(self, reader: Reader, screen: Prefilter) -> None:
        self.known: dict[bytes, Known | None] = {}
        self._reader, self._screen = reader, screen
        self._lines = self._untimed = self._unnamed = 0

    @classmethod
    def of(cls, reader: Reader, screen: Prefilter) -> TextVerdicts:
        """Those of this stream; begun anew where the rules are others."""
        kept = reader.verdicts
        if not isinstance(kept, cls) or kept._screen is not screen:
            kept = reader.verdicts = cls(reader, screen)
        return kept

    def judge(self, raw: bytes, number: int) -> tuple[Line, Verdict]:
        """A line of a kind that was not met before, or whose verdict hangs on more than its kind."""
        line = self._reader.line(raw, number)
        verdict = self._screen.verdict(line.raw)
        if not verdict and not self._reader.volatile and line.fields.get("PRIORITY") in GRAVE:
            verdict = CALL_IT_SUSPICIOUS
        known = Known(verdict, "UNTIMED" in line.fields, not line.subject)
        read = not (known.untimed or known.unnamed)
        if not read:
            self._count(known)
        lasting = not self._reader.volatile and not (verdict and self._reader.reworded)
        if lasting and len(raw) <= CACHED_BYTES:
            if len(self.known) >= CACHE_ENTRIES:
                self.known.clear()
            self.known[mask(raw)] = None if read and not verdict else known
        return line, verdict

    def again(self, raw: bytes, number: int, known: Known) -> tuple[Line, Verdict] | None:
        """A line of a known kind that may matter, taken apart; None for one that does not, whatever its kind does."""
        if known.untimed or known.unnamed:
            self._count(known)
        if not known.verdict or not self._screen.may_match(known.verdict, raw):
            return None
        return self._reader.line(raw, number), known.verdict

    def take_unread(self) -> Unread:
        """What could not be told since the last call."""
        unread = Unread(self._lines, self._untimed, self._unnamed)
        self._lines = self._untimed = self._unnamed = 0
        return unread

    def _count(self, known: Known) -> None:
        self._lines += 1
        self._untimed += known.untimed
        self._unnamed += known.unnamed
