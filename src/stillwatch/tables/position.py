"""On which line of a TOML file a key stands. tomllib gives values without their places, so the lines are read again."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
"""Keys from the top of the file, list positions counted from 0: ("rule", 2, "name")."""

_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)


def line_of(text: str, path: Path) -> int:
    """The line (from 1) of a key, else that of the nearest table around it; 0 where nothing of it is written."""
    lines: dict[Path, int] = {}
    for number, key in _keys(text):
        for length in range(1, len(key) + 1):
            lines.setdefault(key[:length], number)
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


def _keys(text: str) -> Iterator[tuple[int, Path]]:
    """Each table header and each key, with its line. Text within a multi-line string may look like one."""
    table: Path = ()
    tables: Counter[Path] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _placed(_split(header[2]), tables)
            if header[1] == "[[":
                table = (*table, tables[table])
                tables[table[:-1]] += 1
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_split(key[1]))


def _placed(names: tuple[str, ...], tables: Mapping[Path, int]) -> Path:
    """A header below an array of tables belongs to the array's last table."""
    path: Path = ()
    for name in names[:-1]:
        path = (*path, name)
        path = (*path, tables[path] - 1) if path in tables else path
    return (*path, *names[-1:])


def _split(dotted: str) -> tuple[str, ...]:
    """The names of a dotted key, as TOML itself reads them; () for what it does not accept."""
    try:
        node: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    names: list[str] = []
    while isinstance(node, dict):
        name, node = next(iter(node.items()))
        names.append(name)
    return tuple(names)
