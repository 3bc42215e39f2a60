"""What a terminal may show: no control character, none that turns the direction of text, none that cannot be seen.

A terminal obeys control characters: they move the cursor, rename the window, and write what nobody has said.
"""

from __future__ import annotations

import re
from typing import Final

from stillwatch.records.safe import ForTerminal

WIDEST: Final = 2000
_PERHAPS: Final = re.compile(r"[^\n -~]")
"""What may have to be escaped in JSON; most text has none of it."""


def piece(text: str) -> ForTerminal:
    """A part of a line, spaces kept."""
    return ForTerminal(text if text.isprintable() else "".join(map(_harmless, text)))


def one_line(text: str, limit: int = WIDEST) -> ForTerminal:
    """Text on one line, cut at `limit` characters."""
    clean = " ".join(piece(text[: limit * 2]).split())
    return ForTerminal(clean if len(clean) <= limit and len(text) <= limit * 2 else clean[: limit - 1] + "…")


def paragraphs(text: str) -> list[ForTerminal]:
    """Text of several lines; indentation is kept, blank lines at the ends are not."""
    lines = [piece(line).rstrip() for line in text.splitlines()]
    return [ForTerminal(line) for line in "\n".join(lines).strip("\n").split("\n")]


def harmless(text: str) -> ForTerminal:
    """A piece of running text, line breaks kept."""
    return ForTerminal("\n".join(map(piece, text.split("\n"))))


def json_text(text: str) -> ForTerminal:
    """JSON of ours, in which what is not shown is written as JSON writes it (`\\u009b`): it says the same."""
    return ForTerminal(_PERHAPS.sub(_escaped, text))


def _escaped(mark: re.Match[str]) -> str:
    sign = mark.group()
    if sign.isprintable():
        return sign
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _harmless(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else ""
