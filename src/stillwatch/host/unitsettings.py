"""Which of the files that make up a unit sets what: names of directives, variables and options, never a value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from stillwatch.host.smallfile import content

MOST_NAMES: Final = 200
_COMMENT: Final = re.compile(rb"(?m)^[ \t]*[#;].*$")
_NAMED: Final = re.compile(rb"(?m)^[ \t]*([A-Za-z_]\w{1,60})[ \t]*=")
_OPTION: Final = re.compile(rb"(?<![\w/.-])(--?[A-Za-z][\w.-]{0,80})")


def settings_in(files: Iterable[str]) -> list[dict[str, Any]]:
    """path and names of each file that can be read, in their order: the last one that sets a thing counts."""
    found = []
    for path in dict.fromkeys(files):
        text = _COMMENT.sub(b"", content(path))
        names = dict.fromkeys([*_NAMED.findall(text), *_OPTION.findall(text)])
        if names:
            found.append({"path": path, "names": [name.decode() for name in names][:MOST_NAMES]})
    return found
