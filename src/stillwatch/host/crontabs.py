"""The tables that cron reads for the system, and the jobs in them whose program is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stillwatch.records.event import Event, Untrusted
from stillwatch.untrusted.redact import safe_text

TABLES: Final = ("etc/crontab", "etc/cron.d/*")
MOST: Final = 300
LARGEST: Final = 262_144
_ROW: Final = re.compile(
    r"^\s*(?P<when>@\w+|(?:[\d*/,\-A-Za-z]+\s+){4}[\d*/,\-A-Za-z]+)\s+(?P<user>[\w-]+)\s+(?P<command>\S.*)$"
)
_PROGRAM: Final = re.compile(r"(?:[A-Za-z_]\w*=\S*\s+)*(/[\w@%+.,/:-]{1,250})(?=\s|$|[;|&<>])")
"""Where the command begins with an absolute path: what a shell looks for first is for the shell to find."""


def jobs(crontab: str) -> list[dict[str, str]]:
    """The rows of a system crontab (crontab(5)) that run something."""
    found = (_ROW.match(line) for line in crontab.splitlines() if not re.match(r"\s*(#|\w+\s*=)", line))
    return [match.groupdict() for match in found if match]


def missing_programs(host: str, at: float, root: Path = Path("/")) -> list[Event]:
    """An event for each program that a table names and that does not exist; of what may not be looked at none."""
    seen = {(table, program): row for table, row in _rows(root) if (program := _gone(row["command"], root))}
    return [_event(host, at, table, program, row) for (table, program), row in sorted(seen.items(), key=str)][:MOST]


def _rows(root: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for pattern in TABLES:
        for file in sorted(root.glob(pattern))[:MOST]:
            try:
                text = file.read_bytes()[:LARGEST].decode("utf-8", "replace")
            except OSError:
                continue
            yield from ((f"/{file.relative_to(root)}", row) for row in jobs(text)[:MOST])


def _gone(command: str, root: Path) -> str:
    """The program that the command begins with, where it is not there; "" otherwise."""
    found = _PROGRAM.match(command)
    try:
        return found[1] if found and not (root / found[1].lstrip("/")).exists() else ""
    except OSError:
        return ""


def _event(host: str, at: float, table: str, program: str, row: dict[str, str]) -> Event:
    text = safe_text(f"{table} runs {program} ({row['when']}, as {row['user']}), which does not exist", 600)
    fields = {"metric": "job-program-missing", "path": program}
    return Event(host=host, at=at, source="metric", subject=table, text=Untrusted(text), value=1.0, fields=fields)
