"""Where what is compiled lies from one command to the next. Apart from find.py, which takes a moment to import."""

from __future__ import annotations

from typing import Protocol


class Shelf(Protocol):
    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, body: bytes) -> None: ...


_shelves: list[Shelf | None] = [None]


def keep_on(shelf: Shelf | None) -> None:
    """Where the first use finds what an earlier command compiled. To be said before that."""
    _shelves[:] = [shelf]


def shelf_in_use() -> Shelf | None:
    """What keep_on named last."""
    return _shelves[-1]
