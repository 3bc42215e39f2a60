"""What the look tools' typed data says, read leniently: a missing or odd value is a fact that is not known.

Read are: listening_sockets(port) sockets[port, pid, name, unit, user, started] · file_metadata(path) exists,
target_exists, uid, owner, group, mode, interpreter · lock_files() locks[path, pid, alive] · recent_changes()
changes[path, at] · sudo_use() commands[at, user, command, folder, denied] · cleaners(path) cleaners[unit,
description] · disk_use(path) folders[path, bytes], most_entries[path, entries], rotated_logs[path, bytes,
count], deleted_open[path, size, pid, unit] · process_list(pid) processes[pid] · unit_status(unit) memory_max,
config_ports, settings[path, names], calls_missing[script, command, line]; journal_search(unit, lines) and memory() as
text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from posixpath import join, normpath
from typing import Final

from stillwatch.records.cause import says_why
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import Case

BEFORE: Final = "before the trouble began"

Row = Mapping[str, object]

_LATELY = 168.0
"""Hours that count as lately."""
EDITING = 3600.0
"""Seconds that an editor may be open before it writes."""
_SHELL = 8 * 3600.0
"""Seconds that somebody who came as root is taken to be there still."""
_FILE_NAME = re.compile(r"(?<![\w./~-])\w[\w-]{0,60}(?:\.[\w-]{1,20}){0,3}\.[A-Za-z]{2,6}(?![\w/.-])")
_MOST_NAMES = 6
_MOMENT = 0.001
"""Hours by which clocks and times may differ."""
_READERS = frozenset({"cat", "less", "more", "head", "tail", "grep", "zgrep", "ls", "stat", "file", "diff", "wc"})
_SHELLS = frozenset({"sh", "bash", "zsh", "fish", "dash", "ksh", "su"})


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


def binary_size(count: int) -> str:
    """Bytes as unit files count them: "200 MiB"."""
    amount, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:.0f} {unit}" if amount == int(amount) else f"{amount:.1f} {unit}"


async def last_change(case: Case, *paths: str) -> tuple[str, tuple[str, ...]]:
    """Words on the last change of the first of these paths that changed lately, and the evidence for it."""
    data = await case.look("recent_changes", hours=_LATELY)
    listed = {text(row, "path"): row.get("at") for row in rows(data, "changes")}
    for path in filter(None, paths):
        at = listed.get(path) or (await case.look("file_metadata", path=path)).get("changed")
        if isinstance(at, int | float) and at > case.incident.updated - _LATELY * 3600:
            words = f"{path} was changed {before(at, case.incident.opened, case.incident.updated)}"
            if path in listed:
                cited = await case.cite_look("recent_changes", words, hours=_LATELY)
            else:
                cited = await case.cite_look("file_metadata", words, path=path)
            who, deed = await _edited_by(case, path, float(at))
            return words + who, cited + deed + await _what_changed(case, path)
    return "", ()


async def _what_changed(case: Case, path: str) -> tuple[str, ...]:
    """The lines themselves as evidence, where they are known."""
    changes = rows(await case.look("settings_changes", hours=_LATELY, path=path), "changes")
    lines = changes[0].get("difference") if changes else None
    differs = "\n".join(map(str, lines)) if isinstance(lines, Sequence) else ""
    return await case.cite_look("settings_changes", differs, hours=_LATELY, path=path) if differs else ()


_NOISE: Final = frozenset({"log-flood", "cpu-hog"})


def repeats_a_reason(case: Case, times: float) -> bool:
    """Whether one complaint that says why was made so often: then noise and work are what came of it."""
    reasons = (one for one in case.incident.triggers if one.cause not in _NOISE and says_why(one.cause))
    return any(one.count >= times for one in reasons)


async def where_set(case: Case, *names: str) -> str:
    """Which of the files that make up the unit sets one of these directives, variables or options last; "" for none."""
    unit = case.unit
    data = await case.look("unit_status", unit=unit.name) if unit is not None and any(names) else {}
    setting = [text(row, "path") for row in rows(data, "settings") if _names(row) & set(names)]
    return setting[-1] if setting else ""


def _names(row: Row) -> set[str]:
    listed = row.get("names")
    return set(map(str, listed)) if isinstance(listed, Sequence) else set()


async def beside(case: Case) -> str:
    """The file that a unit's words name without its directory, where it lies in the one that the unit runs in."""
    folder = case.unit.working_directory if case.unit else ""
    names = [name for words in case.last_words for name in _FILE_NAME.findall(words[:2000])]
    for name in list(dict.fromkeys(names))[:_MOST_NAMES] if folder.startswith("/") else ():
        file = await file_of(case, path := f"{folder.rstrip('/')}/{name}")
        if file is not None and exists(file) is True:
            return path
    return ""


async def has_unread_words(case: Case, unit: UnitState) -> bool:
    """Whether the unit spoke since its start and none of it was read yet: that it ended is known a moment sooner."""
    if case.last_words or not unit.started_at or case.now <= unit.started_at:
        return False
    hours = min((case.now - unit.started_at) / 3600 + _MOMENT, _LATELY)
    return number(await case.look("journal_search", unit=unit.name, hours=hours, lines=50), "own") > 0


async def elsewhere(case: Case, unit: UnitState) -> str:
    """The file to which the unit sends its words, where it does."""
    listed = (await case.look("unit_status", unit=unit.name)).get("outputs")
    return str(listed[-1]) if isinstance(listed, Sequence) and listed else ""


async def changed_at(case: Case, path: str) -> float | None:
    """When the path's content changed last, None where that cannot be seen."""
    listed = rows(await case.look("recent_changes", hours=_LATELY), "changes")
    known = next((row.get("at") for row in listed if text(row, "path") == path), None)
    at = known or (await case.look("file_metadata", path=path)).get("changed")
    return float(at) if isinstance(at, int | float) else None


async def _edited_by(case: Case, path: str, at: float) -> tuple[str, tuple[str, ...]]:
    """Who changed the path, where sudo's own words tell: the last command with it that was run shortly before.

    Else who had a shell of root's, or was logged in as root, at that time.
    """
    for row in rows(await case.look("sudo_use", hours=_LATELY), "commands"):
        ran, command = _at(row), text(row, "command")
        names = {normpath(join(text(row, "folder") or "/", word)) for word in command.split()}
        if -1.0 <= at - ran <= EDITING and path in names and not row.get("denied") and not reads(command):
            how = text(row, "how") or "sudo"
            words = f"{text(row, 'user')} ran {command} with {how} {clock_time(ran, case.incident.updated)}"
            return f" ({words})", await case.cite_look("sudo_use", words, hours=_LATELY)
    if who := await by_whom(case, at):
        return f" ({who} was there at that time)", ()
    return "", ()


async def by_whom(case: Case, at: float, command: str = "") -> str:
    """Who did something as root at that time: whose command it was, else who had a root shell, else a root session."""
    ran = [row for row in rows(await case.look("sudo_use", hours=_LATELY), "commands") if not row.get("denied")]
    program = command.partition(" ")[0].rpartition("/")[2]
    for row in ran:
        if program and program in text(row, "command") and -1.0 <= at - _at(row) <= EDITING:
            return f"{text(row, 'user')} (with {text(row, 'how') or 'sudo'})"
    came = [row for row in rows(await case.look("logins", hours=_LATELY), "logins") if text(row, "user") == "root"]
    there = [(_at(row), _in_a_shell(row)) for row in ran if _is_shell(text(row, "command"))]
    there += [(_at(row), _as_root(row, case.incident.updated)) for row in came]
    return max(((when, who) for when, who in there if 0 <= at - when <= _SHELL), default=(0.0, ""))[1]


def _at(row: Row) -> float:
    at = row.get("at")
    return float(at) if isinstance(at, int | float) else float("inf")


def _is_shell(command: str) -> bool:
    return command.partition(" ")[0].rpartition("/")[2] in _SHELLS


def _in_a_shell(row: Row) -> str:
    return f"{text(row, 'user')} (in a root shell by {text(row, 'how') or 'sudo'})"


def _as_root(row: Row, now: float) -> str:
    origin, when = text(row, "from"), clock_time(_at(row), now)
    if text(row, "how") == "su":
        return f"{origin} (root by su {when})"
    return f"root (logged in {f'from {origin} ' if origin else ''}{when})"


def reads(command: str) -> bool:
    """Whether it only shows what is there."""
    return command.partition(" ")[0].rpartition("/")[2] in _READERS


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


def clock_time(at: float, now: float) -> str:
    """ "at 23:48:44 UTC", with the day where it is not today's; "" where unknown."""
    if not 0 < at < 1e11:
        return ""
    then, today = datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(now, UTC)
    day = "" if then.date() == today.date() else f"on {then:%Y-%m-%d} "
    return f"{day}at {then:%H:%M:%S} UTC"


def since(at: float, now: float) -> str:
    """Until when something was so, for people: "until 2 minutes ago", "until 2026-11-20"."""
    age = now - at
    if age < 90:
        return "until just now"
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if age >= size * 1.5 or name == "minute":
            count = round(age / size)
            return f"until {count} {name}{'s' if count != 1 else ''} ago"
    return ""


def before(at: float, then: float, now: float) -> str:
    """When something was, told by what came of it: "at 23:48:44 UTC, 12 seconds before it failed"."""
    moment = clock_time(at, now)
    gap = then - at
    if not moment or not 0 <= gap < 7200:
        return moment
    if gap < 2:
        return f"{moment}, just {BEFORE}"
    return f"{moment}, {f'{gap:.0f} seconds' if gap < 120 else f'{gap / 60:.0f} minutes'} {BEFORE}"
