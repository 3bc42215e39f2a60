"""Which commands a shell script calls that are not there: names and lines, never another word of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from stillwatch.host.smallfile import content

PLACES: Final = ("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin")
"""The path that systemd gives (systemd.exec(5))."""
MOST: Final = 5
_SHELL: Final = re.compile(rb"#! ?(?:/usr)?/bin/(?:env )?(?:ba|da|k|z)?sh\b")
_UNSURE: Final = re.compile(r"<<|\bPATH=|^[ \t]*(?:\.|source|case|cd|hash|command)\b", re.MULTILINE)
"""Where words may stand that are no commands, or commands that lie elsewhere: then nothing is said."""
_FUNCTION: Final = re.compile(r"^[ \t]*(?:function[ \t]+)?([\w-]+)[ \t]*\([ \t]*\)", re.MULTILINE)
_BEGIN: Final = re.compile(
    r"(?:^|[;&|(]|\$\(|`|\b(?:then|do|else|if|while|until|elif|exec|!|time|nohup|setsid)\b)[ \t]*"
    r"(?:\w+=\S*[ \t]+)*([\w./+-]+)(?=[\s;&|)<>]|$)"
)
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\\.")
_WORDS: Final = frozenset((
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "in", "esac", "select", "function",
    "time", "exec", "eval", "exit", "return", "break", "continue", "export", "readonly", "local", "declare", "typeset",
    "unset", "set", "shift", "trap", "wait", "read", "echo", "printf", "test", "true", "false", "umask", "ulimit",
    "type", "alias", "bg", "fg", "jobs", "kill", "let", "pwd", "getopts", "times", "nohup", "setsid", "shopt",
    "builtin", "pushd", "popd", "dirs", "mapfile",
))  # fmt: skip
"""What a shell knows by itself."""


def calls_missing(words: Iterable[str], root: Path = Path("/")) -> list[dict[str, Any]]:
    """Of the shell scripts among the words of a command line: script, command and line of what is not there."""
    found: list[dict[str, Any]] = []
    for path in [word for word in words if word.startswith("/")]:
        text = content(str(root / path.lstrip("/")))
        if _SHELL.match(text):
            found += _missing(path, text.decode("utf-8", "replace"), root)
    return found[:MOST]


def _missing(path: str, text: str, root: Path) -> list[dict[str, Any]]:
    if _UNSURE.search(text):
        return []
    own = _WORDS.union(_FUNCTION.findall(text))
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        plain = _QUOTED.sub("Q", line).partition("#")[0]
        called = [name for name in _BEGIN.findall(plain) if not name[0].isdigit() and name not in own]
        found += [
            {"script": path, "command": name, "line": number}
            for name in called
            if "=" not in name and not name.startswith("-") and not _is_there(name, root)
        ]
    return found


def _is_there(name: str, root: Path) -> bool:
    if "/" in name:
        return not name.startswith("/") or (root / name.lstrip("/")).exists()
    return name == "Q" or any((root / place / name).exists() for place in PLACES)
