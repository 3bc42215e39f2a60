"""Verdicts on whole lines of one text, heads and all, so that a line of a known kind is not taken apart again."""

from __future__ import annotations

from typing import Final

from stillwatch.records.line import Line
from stillwatch.records.unread import Unread
from stillwatch.watch.mask import mask
from stillwatch.watch.prefilter import CACHE_ENTRIES, CACHED_BYTES, FOREIGN, SUSPICIOUS, Prefilter, Verdict
from stillwatch.watch.shapes.reader import Reader

UNTIMED: Final = -2
UNNAMED: Final = -3
"""In a verdict on a whole line: its time, its program cannot be told."""
GRAVE: Final = frozenset((b"0", b"1", b"2", b"3"))


class TextVerdicts:
    """What is known of one stream's lines. known: by the masked line; empty for one that is harmless and well read."""

    def __init__(self, reader: Reader, screen: Prefilter) -> None:
        self.known: dict[bytes, Verdict] = {}
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
            verdict = (SUSPICIOUS,)
        unread = (UNNAMED,) if not line.subject else ()
        if "UNTIMED" in line.fields:
            unread = (*unread, UNTIMED)
        if unread:
            self._count(unread)
        if not self._reader.volatile and len(raw) <= CACHED_BYTES:
            if len(self.known) >= CACHE_ENTRIES:
                self.known.clear()
            self.known[mask(raw)] = (*unread, *verdict)
        return line, verdict

    def again(self, raw: bytes, number: int, known: Verdict) -> tuple[Line, Verdict] | None:
        """A line of a known kind that may matter, taken apart; None where a look at it shows that it does not."""
        if known[0] in (UNNAMED, UNTIMED):
            self._count(known)
            known = tuple(index for index in known if index not in (UNNAMED, UNTIMED))
            if not known:
                return None
        if known[0] >= 0 and not any(self._screen.may_match(index, raw) for index in known):
            return None
        return self._reader.line(raw, number), known

    def take_unread(self) -> Unread:
        """What could not be told since the last call."""
        unread = Unread(self._lines, self._untimed, self._unnamed)
        self._lines = self._untimed = self._unnamed = 0
        return unread

    def _count(self, flags: Verdict) -> None:
        self._lines += 1
        self._untimed += UNTIMED in flags
        self._unnamed += UNNAMED in flags


assert FOREIGN < UNNAMED < UNTIMED < SUSPICIOUS  # a verdict is in order
