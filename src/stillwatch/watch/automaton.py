"""Many patterns in one pass over a text: hyperscan, compiled once and kept from one command to the next."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import threading
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import hyperscan

from stillwatch.errors import WrongUsage

CASELESS: Final = hyperscan.HS_FLAG_CASELESS
EVERY_LINE: Final = hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_ALLOWEMPTY
MAKERS: Final = ("automaton.py", "words.py")
"""The code that makes expressions of patterns: when it changes, what was kept is made anew."""


class Expression(NamedTuple):
    text: str
    number: int
    flags: int = CASELESS


class Shelf(Protocol):
    """Where what was compiled is kept."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, body: bytes) -> None: ...


class Automaton:
    """One set of expressions. A scan uses memory of its own, so one thread after the other may scan."""

    def __init__(self, database: hyperscan.Database) -> None:
        self._database, self._lock = database, threading.Lock()

    @classmethod
    def of(cls, made_of: object, make: Callable[[], Sequence[Expression]], shelf: Shelf | None = None) -> Automaton:
        """make: the expressions; made_of: what they are made of, by which the compiled ones are found on the shelf.

        Raises WrongUsage for a pattern that hyperscan does not accept.
        """
        if shelf is None:
            return cls(_compiled(make))
        key = shelf_key(made_of)
        if (kept := shelf.get(key)) is not None:
            with contextlib.suppress(hyperscan.HyperscanError):  # it checks what it loads against the processor
                database = hyperscan.loadb(kept, mode=hyperscan.HS_MODE_BLOCK)
                database.scratch = hyperscan.Scratch(database)
                return cls(database)
        database = _compiled(make)
        shelf.put(key, hyperscan.dumpb(database))
        return cls(database)

    def scan(self, text: bytes, note: Callable[[int, int, int, int, Any], bool | None], context: object) -> None:
        """note: called with number, start, end and flags of each match, and with the context."""
        with self._lock:
            self._database.scan(text, match_event_handler=note, context=context)


def shelf_key(made_of: object) -> str:
    """Under which what was made of this, by this code and this hyperscan, is kept."""
    return hashlib.sha256(repr((metadata.version("hyperscan"), _code(), made_of)).encode()).hexdigest()


def _compiled(make: Callable[[], Sequence[Expression]]) -> hyperscan.Database:
    database = hyperscan.Database()
    try:
        expressions = make()
        database.compile(
            expressions=[one.text.encode() for one in expressions],
            ids=[one.number for one in expressions],
            elements=len(expressions),
            flags=[one.flags for one in expressions],
        )
    except (hyperscan.HyperscanError, ValueError) as error:
        raise WrongUsage(f"a rule's pattern is not accepted: {error}") from error
    with contextlib.suppress(AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)  # compiling takes ten times what it makes, in small pieces
    return database


def _code() -> str:
    folder = Path(__file__).parent
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in MAKERS)).hexdigest()
