"""Lines with their digits masked: the key that says whether a line has been judged before.

A verdict kept under a masked line would be wrong for a rule that tells digits apart (`status=0`, `status=1`). So what
is kept is only which rules *may* match: `loosen` turns every digit of a pattern into "any digit", and the exact
pattern decides on the raw line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ZEROS = bytes.maketrans(b"123456789", b"000000000")
_RUNS = re.compile(rb"0+")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_REPEAT = re.compile(r"\{\d*,?\d*\}")
_NAMED = re.compile(r"\(\?P<\w+>")
_HEX = re.compile(rb"\b(?=[a-f]*0)[0a-f]{8,}(?:-[0a-f]{4,12}){0,4}\b")


def mask(raw: bytes) -> bytes:
    """The line with every digit as 0: of the same length, so that patterns see the same shape."""
    return raw.translate(ZEROS)


def template(masked: bytes) -> bytes:
    """The identity of a kind of line: numbers of any length, and hexadecimal ids, become one sign."""
    return _RUNS.sub(b"#", _HEX.sub(b"#", masked))


def unanchored(pattern: str) -> str:
    """The pattern without the edges of the line: it matches within any text that has a matching line in it."""
    return _PIECE.sub(lambda piece: "" if piece[0] in "^$" else piece[0], pattern)


def unnamed(pattern: str) -> str:
    """The pattern as `loosen` would leave it if it told no digits apart."""
    return "".join(piece[0] for piece in _PIECE.finditer(_NAMED.sub("(", pattern))).replace("0-9", r"\d")


def loosen(pattern: str) -> str:
    """A pattern that matches mask(x) wherever `pattern` matches x. ValueError for what cannot be loosened."""
    out, position = [], 0
    while position < len(pattern):
        piece, position = _next_piece(pattern, position)
        out.append(piece)
    return "".join(out)


def pieces(pattern: str) -> Iterator[tuple[str, str]]:
    """Each piece of the pattern, and as it is when it tells no digits apart; "" where it cannot be so."""
    position = 0
    while position < len(pattern):
        start = position
        try:
            piece, position = _next_piece(pattern, start)
        except ValueError:
            piece, position = "", _class_end(pattern, start)
        yield pattern[start:position], piece


def _next_piece(pattern: str, position: int) -> tuple[str, int]:
    character = pattern[position]
    if character == "\\":
        if pattern[position + 1 : position + 2].isdigit() or pattern[position + 1 : position + 2] in ("x", "u", "N"):
            raise ValueError("back references and code points cannot be masked")
        return pattern[position : position + 2], position + 2
    if character == "[":
        end = _class_end(pattern, position)
        return _loosen_class(pattern[position:end]), end
    if character == "{" and (found := _REPEAT.match(pattern, position)):
        return found.group(), found.end()
    if character == "(" and (found := _NAMED.match(pattern, position)):
        return "(", found.end()
    return (r"\d" if character.isdigit() else character), position + 1


def _class_end(pattern: str, start: int) -> int:
    position = start + 1
    if pattern[position : position + 1] == "^":
        position += 1
    if pattern[position : position + 1] == "]":
        position += 1
    while position < len(pattern) and pattern[position] != "]":
        position += 2 if pattern[position] == "\\" else 1
    return position + 1


def _loosen_class(text: str) -> str:
    """In a class, any digit admits all; a class that excludes some digits only cannot be masked."""
    body = text[:-1].replace("0-9", r"\d")
    bare = body.replace(r"\d", "")
    if not any(character.isdigit() for character in bare):
        return body + "]"
    if text.startswith("[^"):
        raise ValueError(f"{text} leaves out some digits only")
    return body + r"\d]"
