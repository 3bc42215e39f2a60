"""The words of a pattern without what stands between them: what it looks for in a line without digits.

A pattern is reduced to its literal parts in their order with anything between them: whatever it matches, the skeleton
matches too once the digits are gone. So it can be told of all lines that differ in digits alone whether a rule may
listen to one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from re import _constants as code  # type: ignore[attr-defined]  # isort: skip
from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip


ANYTHING: Final = ".*"


def skeleton(pattern: str) -> str:
    """A pattern that matches bare(x), and any line that has bare(x) in it, wherever `pattern` matches x; "" for one
    that would match everything. ValueError for more than plain and named groups."""
    plain = _joined(_pieces(parser.parse(pattern)))
    return plain.removeprefix(ANYTHING).removesuffix(ANYTHING)


def _pieces(parsed: Iterable[tuple[Any, Any]]) -> list[str]:
    found: list[str] = []
    for operation, value in parsed:
        if operation is code.LITERAL:
            character = chr(value)
            found.append("" if character.isdigit() else re.escape(character))
        elif operation is code.SUBPATTERN:
            found += _pieces(value[-1])
        elif operation is code.BRANCH:
            found.append(_either(_joined(_pieces(branch)) for branch in value[1]))
        elif operation in (code.MAX_REPEAT, code.MIN_REPEAT):
            least, _, repeated = value
            found += [*(_pieces(repeated) if least else ()), ANYTHING]
        elif operation in (code.ASSERT, code.ASSERT_NOT, code.GROUPREF):
            raise ValueError("only plain and named groups are allowed")
        elif operation is not code.AT:  # a class or any character; where a line begins or ends is left to the exact one
            found.append(ANYTHING)
    return found


def _either(branches: Iterable[str]) -> str:
    alternatives = list(dict.fromkeys(branches))
    if any(branch in ("", ANYTHING) for branch in alternatives):
        return ANYTHING
    return f"(?:{'|'.join(alternatives)})"


def _joined(pieces: Iterable[str]) -> str:
    return re.sub(r"(?:\.\*)+", ANYTHING, "".join(pieces))
