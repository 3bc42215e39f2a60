"""The priority that a message names by its first word."""

from __future__ import annotations

import re
from typing import Final

from stillwatch.watch.shapes.level import priority_of_word
from stillwatch.watch.shapes.shape import LEVEL

LEADING_LEVEL: Final = re.compile(
    rf"(?:[a-z][\w./-]{{0,40}}: )?(?:\[({LEVEL})\]|({LEVEL})(?=: |:$| ?\||\]|/)|([A-Z]{{4,9}})(?= ))".encode()
)


def leading_priority(message: bytes) -> int | None:
    """The priority that a message's first word names: `ERROR: …`, `[warn] …`, `nginx: [emerg] …`."""
    found = LEADING_LEVEL.match(message)
    return priority_of_word((found[1] or found[2] or found[3]).decode()) if found else None
