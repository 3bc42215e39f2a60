"""Lines that are almost what a pattern looks for, time and again: what makes a search go back and try once more."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

from re import _constants as code  # type: ignore[attr-defined]  # isort: skip
from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip

LENGTH = 2000
REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT)
YARDSTICK = re.compile(rb"/[^ \n]{0,300} x", re.DOTALL)
"""A repeat of 300 that is tried from every byte of a line."""


def dearest(pattern: re.Pattern[bytes], source: random.Random, tries: int, enough: float) -> float:
    """How many times the yardstick's processor time the dearest of so many lines takes, or the first that is enough."""
    yardstick = min(_time(YARDSTICK, b"/" * LENGTH) for _ in range(3))
    worst = 0.0
    for line in lines(pattern, source, tries):
        taken = _time(pattern, line)
        if taken > worst * yardstick:
            taken = min(taken, *(_time(pattern, line) for _ in range(2)))  # others work beside
        worst = max(worst, taken / yardstick)
        if worst > enough:
            break
    return worst


def lines(pattern: re.Pattern[bytes], source: random.Random, count: int) -> Iterator[bytes]:
    parsed = parser.parse(pattern.pattern.decode(), pattern.flags & ~re.UNICODE)
    pieces = list(dict.fromkeys(_pieces(parsed))) or [b"a"]
    for _ in range(count):
        whole = _sample(parsed, source)
        begun = whole[: source.randint(1, max(1, len(whole) - 1))]
        body = begun if source.random() < 0.7 else b""
        for _ in range(source.randint(0, 3)):
            piece = source.choice(pieces) if source.random() < 0.6 else begun
            body += piece * source.choice((1, 1, 5, 60, 150)) + source.choice((b"", b" "))
        yield ((body or b"a") * LENGTH)[:LENGTH]


def _time(pattern: re.Pattern[bytes], line: bytes) -> float:
    begun = time.thread_time()
    pattern.search(line)
    return time.thread_time() - begun


def _pieces(parsed: Iterable[tuple[Any, Any]]) -> Iterator[bytes]:
    """Words and single characters that the pattern asks for."""
    word = b""
    for operation, value in parsed:
        if operation is code.LITERAL:
            word += bytes((value,))
            continue
        if word:
            yield word
        word = b""
        for inner in _within(operation, value):
            yield from _pieces(inner)
        if operation in (code.IN, code.ANY, code.NOT_LITERAL):
            yield from (bytes((byte,)) for byte in _members(operation, value)[:2])
    if word:
        yield word


def _within(operation: Any, value: Any) -> list[Any]:
    if operation is code.SUBPATTERN:
        return [value[-1]]
    if operation is code.BRANCH:
        return list(value[1])
    if operation is code.ATOMIC_GROUP:
        return [value]
    return [value[2]] if operation in REPEATS else []


def _members(operation: Any, value: Any) -> list[int]:
    """Bytes that the class admits, those first that other classes admit as well."""
    one = parser.SubPattern(parser.State(), [(operation, value)])
    admits = re._compiler.compile(one, re.IGNORECASE | re.DOTALL)  # type: ignore[attr-defined]
    return [byte for byte in (*b'a/0 :-"(=.[,', *range(128)) if admits.match(chr(byte))][:6]


def _sample(parsed: Iterable[tuple[Any, Any]], source: random.Random) -> bytes:
    """What the pattern matches, as a rule."""
    found = b""
    for operation, value in parsed:
        if operation is code.LITERAL:
            found += bytes((value,))
        elif operation in (code.IN, code.ANY, code.NOT_LITERAL):
            found += bytes((source.choice(_members(operation, value)),))
        elif operation in REPEATS:
            times = source.choice((value[0], min(int(value[1]), value[0] + 1), min(int(value[1]), value[0] + 20)))
            found += b"".join(_sample(value[2], source) for _ in range(times))
        elif branches := _within(operation, value):
            found += _sample(source.choice(branches), source)
    return found
