"""On which digits of a line the match of a pattern hangs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from stillwatch.watch.mask import loosen, mask, pieces
from stillwatch.watch.rule import compile_pattern
from stillwatch.watch.words import REPEATS

from re import _constants as code  # type: ignore[attr-defined]  # isort: skip
from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip

MARK: Final = "digit_"


class _Marked(NamedTuple):
    """exact: the pattern with a group around each piece that tells digits apart; loose: as if none did."""

    exact: re.Pattern[bytes]
    loose: re.Pattern[bytes]
    own: re.Pattern[bytes]
    marks: tuple[str, ...]


def deciding(pattern: str, raw: bytes) -> tuple[slice, ...] | None:
    """The places of those digits: a line of the same masked form that has the same there is matched in the same way.

    None where that cannot be told.
    """
    marked = _marked(pattern)
    if marked is None:
        return None
    exact, loose, own = marked.exact.search(raw), marked.loose.search(mask(raw)), marked.own.search(raw)
    if exact is None or loose is None or own is None or loose.regs != own.regs:
        return None
    return tuple(slice(*exact.span(mark)) for mark in marked.marks if exact[mark] is not None)


@lru_cache(maxsize=512)
def _marked(pattern: str) -> _Marked | None:
    out, marks = list[str](), list[str]()
    for own, loosened in pieces(pattern):
        if own[0] in "^({" or loosened == own.replace("0-9", r"\d"):
            out.append(own)
        else:
            marks.append(f"{MARK}{len(marks)}")
            out.append(f"(?P<{marks[-1]}>{own})")
    text = "".join(out)
    parsed = parser.parse(text)
    if _repeats(parsed, {number for name, number in parsed.state.groupdict.items() if name in marks}):
        return None
    return _Marked(compile_pattern(text), compile_pattern(loosen(pattern)), compile_pattern(pattern), tuple(marks))


def _repeats(parsed: Iterable[tuple[Any, Any]], marks: set[int], *, within: bool = False) -> bool:
    """Whether a mark is met more than once on the way through the pattern: then its last place alone is known."""
    for operation, value in parsed:
        if operation is code.SUBPATTERN:
            if (within and value[0] in marks) or _repeats(value[-1], marks, within=within):
                return True
        elif operation is code.BRANCH:
            if any(_repeats(branch, marks, within=within) for branch in value[1]):
                return True
        elif operation is code.ATOMIC_GROUP:
            if _repeats(value, marks, within=within):
                return True
        elif operation in REPEATS and _repeats(value[2], marks, within=within or value[1] != 1):
            return True
    return False
