"""A line of a file of settings, as programs name it when they refuse what stands there."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_FILE: Final = r"(?P<path>/(?:usr/local/)?etc/[\w@%+./-]{1,200}+)"
_LINE: Final = r"(?P<line>\d{1,6})\b"
_SHAPES: Final = (
    re.compile(rf"\bline:? {_LINE}.{{1,40}}?[\s\"'`(]{_FILE}", re.I),
    re.compile(rf"{_FILE}[\"'`]?[:(\[] ?{_LINE}", re.I),
    re.compile(rf"{_FILE}.{{1,60}}?\bline:? {_LINE}", re.I),
)
""" "line 7 of /etc/x", "/etc/x:7", "/etc/x[7]", "/etc/x, line 7", "/etc/x: yaml: line 7"."""
_CODE: Final = (".py", ".pl", ".pm", ".rb", ".js", ".php", ".lua", ".sh", ".so")
_MERE: Final = re.compile(
    r"\b(?:warn(?:ing|ed)?|deprecat\w{1,4}|obsolete|notice|info|debug|ignor(?:ed|ing|es))\b", re.I
)
_SEARCHED: Final = 2000


class Place(NamedTuple):
    path: str
    line: str


def refused_place(text: str) -> Place | None:
    """Where a program says that it does not accept its settings; None where it merely warns, or names no place."""
    text = text[:_SEARCHED]
    if "/etc/" not in text:
        return None
    found = next(filter(None, (shape.search(text) for shape in _SHAPES)), None)
    if found is None or found["path"].endswith(_CODE) or _MERE.search(text.replace(found["path"], "")):
        return None
    return Place(found["path"].rstrip("."), found["line"])
