"""Ports that a unit's own configuration files speak of: numbers alone, never another word of their content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from stillwatch.host.smallfile import content

MOST_FILES: Final = 16
_SPOKEN: Final = re.compile(
    rb"(?i)(?:\b|_)(?:port|listen|bind|addr(?:ess)?|endpoint|http|server)\w{0,12}\b[^\n#;]{0,80}?(?<![\w.])(?:[\w.\[\]:*-]{0,64}:)?"
    rb"(\d{2,5})(?![\w.])"
)


def ports_in(files: Iterable[str]) -> set[int]:
    """Of the text of regular files up to LARGEST bytes; what cannot be read speaks of none."""
    found: set[int] = set()
    for path in list(files)[:MOST_FILES]:
        found.update(int(number) for number in _SPOKEN.findall(content(path)))
    return {port for port in found if 0 < port < 65536}
