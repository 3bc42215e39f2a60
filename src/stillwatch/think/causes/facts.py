"""What the look tools' typed data says, read leniently: a missing or odd value is a fact that is not known.

Read are: listening_sockets(port) sockets[port, pid, name, unit, started] · file_metadata(path) exists, target_exists,
uid ·
recent_changes() changes[path, at] · disk_use(path) folders[path, bytes], most_entries[path, entries],
rotated_logs[path, bytes, count], deleted_open[path, size, pid, unit] · process_list(pid) processes[pid];
unit_status(unit), journal_search(unit, lines) and memory() as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from stillwatch.records.unit import UnitState
from stillwatch.think.causes.case import Case

Row = Mapping[str, object]

_LATELY = 168.0
"""Hours that count as lately."""
_PATH = re.compile(r"/[^\s\"'=:,;]{1,250}")
_PORT = re.compile(r"(?<![\w.])(?:[\w.\[\]:/-]*:)?(\d{2,5})(?![\w.])")
_PROTECTED = re.compile(r"(?:sshd|systemd.*|dbus-.*|polkitd|init|agetty|login|stillwatch.*)(?: .*)?")


def rows(data: Row, name: str) -> list[Row]:
    """The list of that name, of mappings alone."""
    listed = data.get(name)
    return [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, Sequence) else []


def text(row: Row, *names: str) -> str:
    """The first of these names that is set, as text."""
    return next((str(value) for name in names if (value := row.get(name)) not in (None, "", 0)), "")


def number(row: Row, *names: str) -> int:
    values = (row.get(name) for name in names)
    return next((int(value) for value in values if isinstance(value, int | float) and value == value), 0)


def size(count: int) -> str:
    """Bytes for people: "1.2 GB"."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def paths_of(unit: UnitState) -> list[str]:
    """Absolute paths in its command line and environment, the program itself left out."""
    words = [*unit.exec_start[1:], *(unit.environment or {}).values()]
    return list(dict.fromkeys(path.rstrip("/.") for word in words for path in _PATH.findall(word)))


def ports_of(unit: UnitState) -> set[int]:
    """Numbers in its command line and environment that can be ports."""
    words = [*unit.exec_start[1:], *(unit.environment or {}).values()]
    return {int(match) for word in words for match in _PORT.findall(word) if 0 < int(match) < 65536}


def is_protected(process: str) -> bool:
    return _PROTECTED.fullmatch(process) is not None


async def last_change(case: Case, *paths: str) -> tuple[str, tuple[str, ...]]:
    """Words on the last change of the first of these paths that changed lately, and the evidence for it."""
    for path in filter(None, paths):
        data = await case.look("recent_changes", hours=_LATELY)
        change = next((row for row in rows(data, "changes") if text(row, "path") == path), None)
        if change is not None:
            when = moment(change, "at")
            words = f"{path} was changed {when}" if when else f"{path} was changed lately"
            return words, await case.cite_look("recent_changes", words, hours=_LATELY)
    return "", ()


async def file_of(case: Case, path: str) -> Row | None:
    """What file_metadata says of the path; None where it could not look. {"exists": False} is an answer."""
    data = await case.look("file_metadata", path=path)
    return data or None


def exists(file: Row) -> bool | None:
    """None where the data does not say; a link that leads nowhere is not there."""
    value = file.get("exists")
    if value is True and file.get("target_exists") is False:
        return False
    return value if isinstance(value, bool) else None


def moment(row: Row, name: str) -> str:
    """Seconds since the epoch for people, "" where unknown."""
    value = row.get(name)
    if not isinstance(value, int | float) or not 0 < value < 1e11:
        return ""
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
