"""Whether a message begins with something that it says of itself."""

from __future__ import annotations

import re
from typing import Final

from stillwatch.watch.shapes.leading import LEADING_LEVEL

MAY_HAVE_HEAD: Final = re.compile(
    rb"[\[({<0-9]|(?:[^\W\d_]{2,14} )?[^\W\d_]{1,14}\.? {0,2}[\[(]?\d|[\w.-]{1,100} *\| "
    rb"|\[?[A-Z]{4,9}\]?[ :]+[\[(]?\d|[\w@][\w.@/-]*=|[\x80-\xff]"
)
"""What begins otherwise has no head of its own: told at a glance."""
GLANCE: Final = 34
"""Bytes: so far reach the beginnings of MAY_HAVE_HEAD and LEADING_LEVEL in which a space stands before other signs."""
TELL: Final = b"0123456789=|:[]/" + bytes(range(128, 256))
"""Signs of which each of these beginnings has one, unless it begins with one of its own or in capitals."""


def may_say_more(message: bytes) -> bool:
    """Whether a message may begin with a head of its own, or with a word for how bad it is; few do: a glance first."""
    start = message[:GLANCE]
    if (
        start[:1].isalpha()
        and b" " in start.rstrip()
        and not start[:4].isupper()
        and start.translate(None, TELL) == start
    ):
        return False
    return MAY_HAVE_HEAD.match(message) is not None or LEADING_LEVEL.match(message) is not None
