"""Ports that a unit's own configuration files speak of: numbers alone, never another word of their content."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from typing import Final

LARGEST: Final = 262_144
MOST_FILES: Final = 16
_SPOKEN: Final = re.compile(
    rb"(?i)(?:\b|_)(?:port|listen|bind|addr(?:ess)?|endpoint|http|server)\w{0,12}\b[^\n#;]{0,80}?(?<![\w.])(?:[\w.\[\]:*-]{0,64}:)?"
    rb"(\d{2,5})(?![\w.])"
)


def ports_in(files: Iterable[str]) -> set[int]:
    """Of the text of regular files up to LARGEST bytes; what cannot be read speaks of none."""
    found: set[int] = set()
    for path in list(files)[:MOST_FILES]:
        found.update(int(number) for number in _SPOKEN.findall(_content(path)))
    return {port for port in found if 0 < port < 65536}


def _content(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(LARGEST)
            return b"" if b"\0" in content else content
    except OSError:
        return b""
    finally:
        os.close(descriptor)
