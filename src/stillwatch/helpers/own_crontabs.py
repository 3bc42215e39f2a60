"""What each person's own crontab runs (crontab(5)): when, as whom, and the program; never its arguments."""

from __future__ import annotations

import pwd
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypedDict

from stillwatch.helpers.root_files import lines_of, names_in

FOLDERS: Final = ("/var/spool/cron/crontabs", "/var/spool/cron/tabs", "/var/spool/cron")
"""Of Debian, SUSE and Red Hat."""
MOST: Final = 300
LONGEST: Final = 200
_ROW: Final = re.compile(r"^\s*(?P<when>@\w+|(?:[\d*/,\-A-Za-z]+\s+){4}[\d*/,\-A-Za-z]+)\s+(?P<command>\S.*)$")
_NO_ROW: Final = re.compile(r"\s*(?:#|\w+\s*=)")
_WORD: Final = r"(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.|[^\s\"'\\;&|<>()`$%])*"
BEFORE: Final = re.compile(rf"(?:\w++={_WORD}\s++|cd\s++{_WORD}\s*+(?:&&|;)\s*+)+")
_PROGRAM: Final = re.compile(r"(?:\[|(?:~|\$\w+)?[\w./+@:-]+)(?=[\s;&|<>()%]|$)")


class CronRow(TypedDict):
    """command: its program alone, "" where that cannot be told apart from a value before it."""

    user: str
    when: str
    command: str


class OwnCrontabs(TypedDict):
    """unread: crontabs that may not be read, or are not the person's own file."""

    jobs: list[CronRow]
    unread: int


def own_crontabs(root: Path = Path("/")) -> OwnCrontabs | None:
    """None where the folder may not be listed; no jobs where there is none."""
    rows, unread = list[CronRow](), 0
    for folder in FOLDERS:
        names = names_in(root / folder.lstrip("/"))
        if names is None:
            return None
        for name in names:
            place = root / folder.lstrip("/") / name
            if place.is_dir() or name.startswith("."):
                continue
            lines = lines_of(place, _owners(name))
            unread += lines is None
            rows += _rows(name, lines or [])
    return OwnCrontabs(jobs=rows[:MOST], unread=unread + (len(rows) > MOST))


def _owners(name: str) -> frozenset[int]:
    """Root and the person: of nobody else does cron run a crontab of this name."""
    try:
        return frozenset((0, pwd.getpwnam(name).pw_uid))
    except KeyError:
        return frozenset((0,))


def _rows(user: str, lines: list[str]) -> Iterator[CronRow]:
    found = (_ROW.match(line[:1000]) for line in lines if not _NO_ROW.match(line))
    for match in found:
        if match:
            before = BEFORE.match(match["command"])
            program = _PROGRAM.match(match["command"], before.end() if before else 0)
            yield CronRow(
                user=user[:LONGEST],
                when=" ".join(match["when"].split()),
                command=program[0][:LONGEST] if program else "",
            )
