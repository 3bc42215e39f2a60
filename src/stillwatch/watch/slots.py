"""Slots: the named pieces that rules' patterns are made of, so that what a device or a unit looks like is said once.

`<device>` stands for `(?P<device>PATTERN)` and `<disk=device>` for `(?P<disk>PATTERN)`. A literal `<` is `\\<`; inside
a character class it needs no backslash. Slots that all families share stand in slots.toml, a family's own in its file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

SHARED_SLOTS = Path(__file__).parent / "slots.toml"
_PIECE = re.compile(
    r"""
    \\(?P<escaped>.)
    | \[\^?\]?(?:\\.|[^\]\\])*\]          # a character class
    | \(\?P<\w+>                         # a named group
    | <(?P<name>[a-z][a-z0-9_]*)(?:=(?P<slot>[a-z][a-z0-9_]*))?>
    """,
    re.VERBOSE | re.DOTALL,
)


def expand(pattern: str, slots: Mapping[str, str]) -> str:
    """The pattern with its slots filled in. ValueError names a slot that does not exist."""

    def fill(piece: re.Match[str]) -> str:
        if piece["name"]:
            slot = piece["slot"] or piece["name"]
            if slot not in slots:
                raise ValueError(f"there is no slot <{slot}>")
            return f"(?P<{piece['name']}>{slots[slot]})"
        return "<" if piece["escaped"] == "<" else piece[0]

    return _PIECE.sub(fill, pattern)


@cache
def shared_slots() -> Mapping[str, str]:
    """Name → pattern, of every family."""
    return dict(tomllib.loads(SHARED_SLOTS.read_text(encoding="utf-8")))
