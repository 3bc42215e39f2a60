"""Verdicts on whole lines of one text, heads and all, so that a line of a known kind is not taken apart again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import compress, count, repeat
from typing import Final, NamedTuple

from stillwatch.records.line import Line
from stillwatch.records.unread import Unread
from stillwatch.watch.kinds import Kind
from stillwatch.watch.mask import mask
from stillwatch.watch.prefilter import CACHE_ENTRIES, CACHED_BYTES, HARMLESS, SUSPICIOUS, Prefilter, Verdict
from stillwatch.watch.shapes.alike import Alike
from stillwatch.watch.shapes.opening import may_say_more
from stillwatch.watch.shapes.reader import Block, Reader
from stillwatch.watch.words import DIGITS, bare

GRAVE: Final = frozenset((b"0", b"1", b"2", b"3"))
HEAD_END: Final = b": "
CALL_IT_SUSPICIOUS: Final = Verdict((SUSPICIOUS,))


class Known:
    """What is known of a kind of line that is not harmless, or not well read. alike: how the others are read, and
    kinds: what the rules make of them, where that is shorter than to look at the whole line."""

    __slots__ = ("alike", "kinds", "tries", "unnamed", "untimed", "verdict")

    def __init__(self, verdict: Verdict, *, untimed: bool = False, unnamed: bool = False) -> None:
        self.verdict, self.untimed, self.unnamed = verdict, untimed, unnamed
        self.alike: Alike | None = None
        self.kinds: list[Kind] = []
        self.tries = 0


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


class Numbers:
    """A kind of line of which those are harmless and well read that hold none of these numbers."""

    __slots__ = ("needles",)

    def __init__(self, needles: Sequence[bytes]) -> None:
        self.needles = needles


NEW: Final = Known(HARMLESS)
"""Stands for a kind of line that was not met before."""
CLOSER: Final = Known(HARMLESS)
"""Stands for lines whose digits decide: `known` tells of them."""


class TextVerdicts:
    """What is known of one stream's lines.

    plain: by the line without its digits, None where all such are harmless and well read; known: by the masked line,
    None the same; heads: beginnings without digits of lines that are well read, whatever is said behind.
    """

    def __init__(self, reader: Reader, prefilter: Prefilter) -> None:
        self.plain: dict[bytes, Known | Numbers | None] = {}
        self.known: dict[bytes, Known | Hinged | None] = {}
        self.heads: set[bytes] = set()
        self._reader, self._prefilter, self._studies = reader, prefilter, reader.studies
        self._lines = self._untimed = self._unnamed = 0

    @classmethod
    def of(cls, reader: Reader, prefilter: Prefilter) -> TextVerdicts:
        """Those of this stream; begun anew where the rules are others."""
        kept = reader.verdicts
        if not isinstance(kept, cls) or kept._prefilter is not prefilter:
            kept = reader.verdicts = cls(reader, prefilter)
        return kept

    def judged(self, block: Block) -> Iterator[tuple[int, Judged]]:
        """The lines that may matter, each with its number in the block."""
        keys, plain = bare(block), self.plain
        kept = list(map(plain.get, keys, repeat(NEW)))
        doubtful = list(compress(count(), kept))
        calm = self._without_words({keys[number] for number in doubtful if kept[number] is NEW})
        for number in doubtful:
            raw, key = block[number], keys[number]
            known = plain.get(key, NEW)
            if known is None:
                continue
            if isinstance(known, Numbers):
                for needle in known.needles:
                    if needle in raw:
                        break
                else:
                    continue
            elif known is NEW:
                if self._is_plain(raw, key, calm):
                    self._keep_plain(key, None)
                    continue
            elif known is not CLOSER:
                self._count(known)
                continue
            judged = self._first(raw, number, key, calm) if known is NEW else self._by_mask(raw, number, key)
            if judged is not None:
                yield number, judged

    def _without_words(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of these bare lines that hold no word of any rule, nor of trouble."""
        lines = [key for key in keys if len(key) <= CACHED_BYTES]
        if not lines:
            return set()
        found = self._prefilter.words.found(lines)
        return {line for number, line in enumerate(lines) if number not in found}

    def _is_plain(self, raw: bytes, key: bytes, calm: set[bytes]) -> bool:
        """Whether a new line is harmless, begins as others do that were read whole, and says nothing of itself behind
        that. calm grows by lines that have words of rules, and not in their order."""
        if key not in calm:
            if len(key) > CACHED_BYTES or self._prefilter.hangs_on(key) != ():
                return False
            calm.add(key)
        head, _, message = raw.partition(HEAD_END)
        return head.translate(None, DIGITS) in self.heads and not may_say_more(message)

    def _by_mask(self, raw: bytes, number: int, key: bytes) -> Judged | None:
        """A line that may matter, of a kind of which digits decide; None for one that does not."""
        known = self.known.get(mask(raw), NEW)
        if isinstance(known, Hinged):
            known = known.kinds.get(known.key(raw), NEW)
        if known is NEW:
            return self._first(raw, number, key)
        return None if known is None else self._again(raw, number, known)

    def _first(self, raw: bytes, number: int, key: bytes, calm: Collection[bytes] = ()) -> Judged | None:
        """A line of a kind that was not met before, or whose verdict hangs on more than its kind. calm: bare lines
        without words of rules."""
        reader = self._reader
        line = reader.line(raw, number)
        if reader.studies != self._studies:
            self._studies = reader.studies
            self._forget()
        text = line.raw.translate(None, DIGITS) if reader.reworded else key
        needles = None if self.plain.get(key) is CLOSER else () if text in calm else self._prefilter.hangs_on(text)
        verdict, hinges = self._prefilter.verdict(line.raw) if needles != () else HARMLESS, reader.hinges
        lasting = not reader.volatile or bool(hinges)
        if not verdict and lasting and line.fields.get("PRIORITY") in GRAVE:
            verdict = CALL_IT_SUSPICIOUS
        known = Known(verdict, untimed="UNTIMED" in line.fields, unnamed=not line.subject)
        read = not (known.untimed or known.unnamed)
        if not read:
            self._count(known)
        if len(raw) <= CACHED_BYTES:
            whole = not reader.volatile and verdict is not CALL_IT_SUSPICIOUS and needles is not None
            if whole and needles == ():
                self._keep_plain(key, None if read else known)
                if read and (head := reader.head(raw, line)).endswith(HEAD_END):
                    self._keep_head(head)
            else:
                self._keep_plain(
                    key, Numbers(needles) if needles and whole and read and not reader.reworded else CLOSER
                )
                if lasting and not (verdict and reader.reworded):
                    if verdict:
                        known.alike = reader.alike(raw, line)
                    self._keep(raw, None if read and not verdict else known, hinges)
        return Judged(line, verdict) if verdict else None

    def _forget(self) -> None:
        self.plain.clear()
        self.known.clear()
        self.heads.clear()

    def _keep_plain(self, key: bytes, known: Known | Numbers | None) -> None:
        if len(self.plain) >= CACHE_ENTRIES:
            self.plain.clear()
        self.plain[key] = known

    def _keep_head(self, head: bytes) -> None:
        if len(self.heads) >= CACHE_ENTRIES:
            self.heads.clear()
        self.heads.add(head.removesuffix(HEAD_END).translate(None, DIGITS))

    def _keep(self, raw: bytes, known: Known | None, hinges: tuple[slice, ...]) -> None:
        if len(self.known) >= CACHE_ENTRIES:
            self.known.clear()
        key = mask(raw)
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
        if not known.verdict or not (known.kinds or self._prefilter.may_match(known.verdict, raw)):
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
