"""Words without which no rule can match: a line, or a whole block of lines, is searched for all of them in one pass.

Most lines hold none of them, and need no closer look. Digits are taken out of the lines and of the words, so that it
does not matter which ones stand where.
"""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, product
from typing import Any, Final
from weakref import WeakValueDictionary

import msgspec

from re import _constants as code  # type: ignore[attr-defined]  # isort: skip
from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip

from stillwatch.errors import WrongUsage
from stillwatch.watch.automaton import EVERY_LINE, Automaton, Expression, Shelf, shelf_key

DIGITS: Final = b"0123456789"
REPEATS: Final = (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT)
FEW: Final = 6
"""Needles of one pattern; of more, what all of them begin with is enough."""
EVERYWHERE: Final = ""
NO_LETTERS: Final = re.compile(r"[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e ]*[0-9][^A-Za-z\x80-\U0010ffff]*")
MOST: Final = 24
"""Spellings of one piece of a pattern; what has more is not spelt out."""
ENOUGH: Final = 6
"""A word of so many letters is met in few lines that do not mean it."""
Choice = frozenset[str]
"""One of them is in every text that the pattern matches."""


def bare(lines: Sequence[bytes]) -> list[bytes]:
    """The lines without their digits."""
    joined = b"\n".join(lines).translate(None, DIGITS).split(b"\n")
    return joined if len(joined) == len(lines) else [line.translate(None, DIGITS) for line in lines]


def choices_of(pattern: str) -> list[Choice]:
    """Words of which one stands in every bare line that the pattern matches: each such choice, the rarest first."""
    return sorted(_choices(parser.parse(pattern)), key=_worth, reverse=True)


def order_of(pattern: str) -> list[tuple[bytes, ...]]:
    """The same, one behind the other as they stand in every bare line that the pattern matches."""
    return [tuple(word.encode() for word in choice) for choice in _choices(parser.parse(pattern))]


def stand_in_order(choices: Iterable[Sequence[bytes]], text: bytes) -> bool:
    """Whether a word of each choice follows one of the choice before it in a text in small letters.

    What ends first leaves most to what comes next, so nothing is tried twice: a line that is made to look like a rule,
    time and again, costs its length for each word (R41).
    """
    at = 0
    for words in choices:
        ends = [found + len(word) for word in words if (found := text.find(word, at)) >= 0]
        if not ends:
            return False
        at = min(ends)
    return True


def needles_of(pattern: str) -> frozenset[bytes]:
    """Numbers, with the signs around them, of which one stands in every line that the pattern matches; none where no
    number has to."""
    choices = [frozenset(map(_numbered, choice)) for choice in _choices(parser.parse(pattern), digits=True)]
    best = max((choice for choice in choices if all(choice)), key=_size, default=frozenset[bytes]())
    begun = _begun(best) if len(best) > FEW else b""
    return frozenset((begun,)) if begun.translate(None, DIGITS) != begun else best


class WordSearch:
    """Which of these patterns may match a text, by the words that must stand in it.

    One automaton looks for the rarest words of each pattern; where one is, the next rarest are asked for as well. A
    pattern that has no words may be in every text. To compile words takes a tenth of what the patterns themselves do.
    """

    def __init__(self, patterns: Sequence[str], shelf: Shelf | None = None) -> None:
        """Raises WrongUsage for a pattern with more than plain and named groups."""
        self._table = table = _table_of(tuple(patterns), shelf)
        self._automaton = Automaton.of(("words", table.words), lambda: _expressions(table.words), shelf)

    def found(self, lines: Sequence[bytes]) -> set[int]:
        """The numbers of the bare lines that hold a word."""
        ends: list[int] = []
        text = b"\n".join([line.replace(b"\n", b" ") for line in lines])
        self._automaton.scan(text, _note, ends)
        last = list(accumulate(map(len, lines), lambda before, size: before + 1 + size))
        return {bisect_left(last, end) for end in ends}

    def candidates(self, text: bytes) -> list[int]:
        """The numbers of the patterns, in order, that may match a bare text by their words."""
        words: set[int] = set()
        self._automaton.scan(text, _collect, words)
        if not words:
            return []
        plain = text.lower()
        numbers = sorted(set().union(*map(self._table.patterns_of.__getitem__, words)))
        return [number for number in numbers if _is_there(self._table.seconds[number], plain)]


class _Table(msgspec.Struct, array_like=True, weakref=True):
    """words: looked for; patterns_of: by the number of a word, the patterns that it may be of; seconds: by the number
    of a pattern, the words of which one more has to stand in a text; none where there is but one choice."""

    words: tuple[str, ...]
    patterns_of: tuple[tuple[int, ...], ...]
    seconds: tuple[tuple[bytes, ...], ...]


_TABLES: WeakValueDictionary[tuple[str, ...], _Table] = WeakValueDictionary()
"""Those in use, by their patterns: of two searches side by side both read one."""


def _table_of(patterns: tuple[str, ...], shelf: Shelf | None) -> _Table:
    table = _TABLES.get(patterns) or (_kept_table(patterns, shelf) if shelf else _table(patterns))
    _TABLES[patterns] = table
    return table


def _kept_table(patterns: tuple[str, ...], shelf: Shelf) -> _Table:
    key = shelf_key(("table", patterns))
    if (kept := shelf.get(key)) is not None:
        with contextlib.suppress(msgspec.MsgspecError):
            return msgspec.msgpack.decode(kept, type=_Table)
    table = _table(patterns)
    shelf.put(key, msgspec.msgpack.encode(table))
    return table


def _table(patterns: tuple[str, ...]) -> _Table:
    patterns_of: dict[str, list[int]] = {}
    seconds: list[tuple[bytes, ...]] = []
    for number, pattern in enumerate(patterns):
        try:
            choices = choices_of(pattern)
        except (ValueError, re.error) as error:
            raise WrongUsage(f"a rule's pattern is not accepted: {error}") from error
        for word in choices[0] if choices else (EVERYWHERE,):
            patterns_of.setdefault(word, []).append(number)
        seconds.append(tuple(sorted(word.encode() for word in choices[1])) if len(choices) > 1 else ())
    words = tuple(sorted(patterns_of))
    return _Table(words, tuple(tuple(patterns_of[word]) for word in words), tuple(seconds))


def _is_there(words: Sequence[bytes], text: bytes) -> bool:
    return not words or any(word in text for word in words)


def _expressions(words: Sequence[str]) -> list[Expression]:
    return [
        Expression(re.escape(word), number) if word is not EVERYWHERE else Expression("^", number, EVERY_LINE)
        for number, word in enumerate(words)
    ]


def _collect(number: int, start: int, end: int, flags: int, found: set[int]) -> None:
    found.add(number)


def _note(number: int, start: int, end: int, flags: int, ends: list[int]) -> None:
    ends.append(end)


def _begun(choice: frozenset[bytes]) -> bytes:
    """What all of them begin with."""
    first, last = min(choice), max(choice)
    return first[: next((at for at, (one, two) in enumerate(zip(first, last, strict=False)) if one != two), len(first))]


def _numbered(word: str) -> bytes:
    """The longest part that has a number and no letters, whose case does not matter."""
    return max((part for part in NO_LETTERS.findall(word) if not part.isalpha()), key=len, default="").encode()


def _size(choice: frozenset[bytes]) -> tuple[int, int]:
    return min(map(len, choice)), -len(choice)


def _worth(choice: Choice) -> tuple[int, int]:
    """Long words first, and few of them."""
    return min(ENOUGH, *(len(word.strip()) for word in choice)), -len(choice)


def _choices(parsed: Iterable[tuple[Any, Any]], *, digits: bool = False) -> list[Choice]:
    """What a text must hold that the pieces of a pattern match, one after the other: of each, one of its words."""
    found: list[Choice] = []
    run: Choice = frozenset(("",))
    for operation, value in parsed:
        spelt = _spelt(operation, value, digits)
        if spelt is not None and len(run) * len(spelt) <= MOST:
            run = frozenset(one + two for one, two in product(run, spelt))
            continue
        found.append(run)
        run = spelt or frozenset(("",))
        if spelt is None:
            found += _within(operation, value, digits)
    found.append(run)
    return [choice for choice in found if all(word.strip() for word in choice)]


def _spelt(operation: Any, value: Any, digits: bool) -> Choice | None:
    """All that the piece may stand for, where that is little; digits are nothing unless they are asked for."""
    spelt = _every(operation, value, digits)
    return spelt if spelt is not None and len(spelt) <= MOST else None


def _every(operation: Any, value: Any, digits: bool) -> Choice | None:
    if operation is code.LITERAL:
        character = chr(value)
        return (
            None if character == "\n" else frozenset(("" if character.isdigit() and not digits else _lower(character),))
        )
    if operation is code.IN:
        return _members(value, digits)
    if operation is code.AT:
        return frozenset(("",))
    if operation is code.SUBPATTERN:
        return _spelt_all(value[-1], digits)
    if operation is code.BRANCH:
        branches = [_spelt_all(branch, digits) for branch in value[1]]
        return None if None in branches else frozenset().union(*(branch for branch in branches if branch is not None))
    if operation in (code.ASSERT, code.ASSERT_NOT, code.GROUPREF):
        raise ValueError("only plain and named groups are allowed")
    if operation is code.ATOMIC_GROUP:
        return _spelt_all(value, digits)
    if operation in REPEATS:
        once = _spelt_all(value[2], digits)
        if once == frozenset(("",)) or (once is not None and value[:2] == (0, 1)):
            return once | {""}
    return None


def _members(members: Iterable[tuple[Any, Any]], digits: bool) -> Choice | None:
    """The characters of a class."""
    found: Choice = frozenset()
    for operation, value in members:
        first, last = value if operation is code.RANGE else (value, value)
        if operation not in (code.LITERAL, code.RANGE) or last - first >= MOST:
            return None
        spelt = [_every(code.LITERAL, character, digits) for character in range(first, last + 1)]
        if None in spelt:
            return None
        found = found.union(*filter(None, spelt))
    return found


def _spelt_all(parsed: Iterable[tuple[Any, Any]], digits: bool) -> Choice | None:
    run: Choice = frozenset(("",))
    for operation, value in parsed:
        spelt = _spelt(operation, value, digits)
        if spelt is None or len(run) * len(spelt) > MOST:
            return None
        run = frozenset(one + two for one, two in product(run, spelt))
    return run


def _within(operation: Any, value: Any, digits: bool) -> list[Choice]:
    """The choices inside a piece that cannot be spelt out."""
    if operation is code.SUBPATTERN:
        return _choices(value[-1], digits=digits)
    if operation is code.BRANCH:
        best = [max(_choices(branch, digits=digits), key=_worth, default=frozenset[str]()) for branch in value[1]]
        return [frozenset().union(*best)] if all(best) else []
    if operation is code.ATOMIC_GROUP:
        return _choices(value, digits=digits)
    if operation in REPEATS and value[0]:
        return _choices(value[2], digits=digits)
    return []


def _lower(character: str) -> str:
    """Case does not matter in ASCII alone."""
    return character.lower() if character.isascii() else character
