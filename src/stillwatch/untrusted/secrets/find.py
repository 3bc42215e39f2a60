"""All secrets of a text. One automaton says which kinds may be there; only these are looked for."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from typing import Any

import hyperscan

from stillwatch.untrusted.secrets import (
    addresses,
    blocks,
    commands,
    encoded,
    hashes,
    headers,
    pairs,
    prose,
    statements,
    tokens,
)
from stillwatch.untrusted.secrets.shelf import Shelf, shelf_in_use
from stillwatch.untrusted.secrets.span import Detector, Span

KINDS = (blocks, tokens, headers, addresses, commands, pairs, prose, hashes, statements, encoded)
"""The surest first: where two find the same secret, the first one's word for it is written."""

_FLAGS = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL


class Finder:
    """Safe in any thread. Looking costs about a microsecond where nothing can be found."""

    def __init__(self, detectors: Iterable[Detector], shelf: Shelf | None = None) -> None:
        self._detectors = tuple(detectors)
        self._database = _compiled(self._detectors, shelf)
        self._one_at_a_time = threading.Lock()

    def find(self, text: str) -> list[Span]:
        """In order and apart from each other; linear in the length of the text."""
        kinds = self._kinds(text)
        if not kinds:
            return []
        found = [(number, span) for number in sorted(kinds) for span in self._detectors[number].find(text)]
        return _apart(found)

    def _kinds(self, text: str) -> set[int]:
        kinds: set[int] = set()
        with self._one_at_a_time:
            self._database.scan(text.encode("utf-8", "replace"), match_event_handler=_note, context=kinds)
        return kinds


@cache
def finder() -> Finder:
    """Made when it is first needed: compiling takes a third of a second, loading a thousandth."""
    return finder_on(shelf_in_use())


def finder_on(shelf: Shelf | None) -> Finder:
    """Of all kinds; what is compiled for it stands on the shelf afterwards."""
    return Finder((detector for kind in KINDS for detector in kind.detectors()), shelf)


def _note(identity: int, start: int, end: int, flags: int, kinds: Any) -> None:
    kinds.add(identity)


def _apart(found: list[tuple[int, Span]]) -> list[Span]:
    """Spans that overlap become one, under the surest name."""
    found.sort(key=lambda each: (each[1].start, each[0]))
    apart: list[Span] = []
    rank = 0
    for number, span in found:
        if span.end <= span.start:
            continue
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
            rank = number
            continue
        last = apart[-1]
        kind = span.kind if number < rank else last.kind
        rank = min(rank, number)
        apart[-1] = Span(last.start, max(last.end, span.end), kind)
    return apart


def _compiled(detectors: tuple[Detector, ...], shelf: Shelf | None) -> hyperscan.Database:
    rows = [(sign, number, each.caseless) for number, each in enumerate(detectors) for sign in each.signs]
    if shelf is None:
        return _compile(rows)
    key = hashlib.sha256(repr((metadata.version("hyperscan"), int(_FLAGS), rows)).encode()).hexdigest()
    if (kept := shelf.get(key)) is not None:
        with contextlib.suppress(hyperscan.HyperscanError):
            database = hyperscan.loadb(kept, mode=hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            return database
    database = _compile(rows)
    shelf.put(key, hyperscan.dumpb(database))
    return database


def _compile(rows: list[tuple[str, int, bool]]) -> hyperscan.Database:
    database = hyperscan.Database()
    database.compile(
        expressions=[sign.encode() for sign, _, _ in rows],
        ids=[number for _, number, _ in rows],
        elements=len(rows),
        flags=[_FLAGS | (hyperscan.HS_FLAG_CASELESS if caseless else 0) for _, _, caseless in rows],
    )
    return database
