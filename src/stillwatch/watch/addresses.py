"""Whose address it is that somebody logs in from."""

from __future__ import annotations

import re

OWN = ("", "localhost", "localhost.localdomain", "::1", "?")
_PRIVATE = re.compile(
    r"10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\."
    r"|f[cd][0-9a-f]{2}:|fe80:"
)


def is_own(source: str) -> bool:
    """Whether the address is the machine's own, or none is known."""
    return source in OWN or source.startswith("127.") or source.startswith("::ffff:127.")


def is_private(source: str) -> bool:
    """Whether the address is of one's own network, where checks of services that never log in are ordinary."""
    return is_own(source) or _PRIVATE.match(source) is not None
