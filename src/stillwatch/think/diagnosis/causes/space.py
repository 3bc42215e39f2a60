"""A file system without space or inodes: what fills it, and what of that may go."""

from __future__ import annotations

from typing import Final

from stillwatch.records.action import Proposal
from stillwatch.think.diagnosis.causes.case import SEEN, Case, Finding, propose
from stillwatch.think.diagnosis.causes.facts import Row, number, rows, size, text

_AGAIN: Final = {
    "/var/log/journal": ("vacuum_journal", "/var/log/journal"),
    "/run/log/journal": ("vacuum_journal", "/run/log/journal"),
    "/var/cache/apt": ("clean_package_cache", "apt"),
}
"""Places whose own program frees them, with the action and its target; the gate measures whether that is enough."""


async def disk_full(case: Case) -> Finding | None:
    """Deleted files still held, then rotated logs, then the biggest directory. Files of users are never proposed."""
    cited = case.cite("disk-full", "deleted-file-held")
    mount = mount_of(case)
    if not cited:
        return None
    data = await case.look("disk_use", path=mount) if mount else {}
    if not data:
        return _from_words(case, "disk-full", mount, cited)
    folders = rows(data, "folders")
    seen = sum(_bytes(row) for row in folders)
    held = max(_held_below(data, mount), key=_bytes, default=None)
    if held is not None and _bytes(held) * 2 >= seen:
        return await _held(case, mount, held, cited)
    rotated = max(rows(data, "rotated_logs"), key=_bytes, default=None)
    biggest = max((row for row in folders if text(row, "path") != mount), key=_bytes, default=None)
    if rotated is not None and _bytes(rotated) and (_bytes(rotated) * 4 >= seen or biggest is None):
        return await _logs(case, mount, rotated, cited)
    return await _biggest(case, mount, biggest, cited)


async def disk_filling(case: Case) -> Finding | None:
    """What takes most of it now is shown; whether that is what grows, no look tells."""
    grown = [trigger for trigger in case.triggers("disk-filling") if trigger.trusted]
    if not grown or case.triggers("disk-full", "deleted-file-held"):
        return None
    mount = grown[0].subject
    folders = rows(await case.look("disk_use", path=mount), "folders")
    biggest = max((row for row in folders if text(row, "path") != mount), key=_bytes, default=None)
    sentence = grown[0].summary
    sentence += f"; most of it is in {text(biggest, 'path')} ({size(_bytes(biggest))})" if biggest else ""
    looked = await case.cite_look("disk_use", path=mount) if biggest else ()
    return case.finding("disk-filling", mount, sentence, case.cite("disk-filling"), looked, confidence=SEEN)


async def inodes_full(case: Case) -> Finding | None:
    """The directory with the most files is to blame; its cleaner is the owner's to name."""
    cited = case.cite("inodes-full", "disk-full")
    mount = mount_of(case)
    if not cited or not case.triggers("inodes-full"):
        return None
    data = await case.look("disk_use", path=mount) if mount else {}
    spool = max(rows(data, "most_entries"), key=_files, default=None)
    if spool is None or not _files(spool):
        return _from_words(case, "inodes-full", mount, cited)
    place = text(spool, "path")
    sentence = f"{mount} has no free inodes{_sufferer(case)}: {place} holds {_files(spool):,} files"
    looked = await case.cite_look("disk_use", path=mount)
    remedy, found, notes = await _cleaner(case, place, sentence)
    return case.finding("inodes-full", place, sentence, cited, looked, found, proven=True, proposal=remedy, notes=notes)


async def _cleaner(case: Case, place: str, because: str) -> tuple[Proposal | None, tuple[str, ...], tuple[str, ...]]:
    """A unit of the owner's that clears the place: the proposal, the look that shows it, and a word where none is."""
    best = next(iter(rows(await case.look("cleaners", path=place), "cleaners")), None)
    if best is None:
        return None, (), (f"What lies in {place} may be somebody's data; deleting it is for a person to decide.",)
    unit, work = text(best, "unit"), text(best, "description")
    looked = await case.cite_look("cleaners", f"{unit} ({work})" if work else unit, path=place)
    return propose("run_runbook", unit, f"{because}; {unit} is there to clear it"), looked, ()


def mount_of(case: Case) -> str:
    """The mount that a metric (trusted) names; "" where only text speaks of a full disk."""
    full = case.triggers("disk-full", "inodes-full")
    named = [trigger.subject for trigger in full if trigger.trusted and trigger.subject.startswith("/")]
    return named[0] if named else ""


async def _held(case: Case, mount: str, held: Row, cited: tuple[str, ...]) -> Finding:
    pid, unit = number(held, "pid"), text(held, "unit")
    culprit = f"{unit or 'a process'} (pid {pid})"
    sentence = f"{mount} is {_how_full(case, mount)}{_sufferer(case)}: "
    sentence += f"{culprit} still holds {size(_bytes(held))} of deleted files open"
    looked = await case.cite_look("disk_use", path=mount)
    known = case.unit_named(unit)
    remedy = propose("restart_unit", known.name, sentence) if known and known.name.endswith(".service") else None
    return case.finding("deleted-file-held", culprit, sentence, cited, looked, proven=True, proposal=remedy)


async def _logs(case: Case, mount: str, rotated: Row, cited: tuple[str, ...]) -> Finding:
    place, files = text(rotated, "path"), _files(rotated)
    count = f"{files} rotated logs" if files else "rotated logs"
    sentence = f"{mount} is {_how_full(case, mount)}{_sufferer(case)}: {count} in {place} take {size(_bytes(rotated))}"
    looked = await case.cite_look("disk_use", path=mount)
    remedy = propose("delete_rotated_logs", place, sentence, mount=mount)
    return case.finding("disk-full", place, sentence, cited, looked, proven=True, proposal=remedy)


async def _biggest(case: Case, mount: str, biggest: Row | None, cited: tuple[str, ...]) -> Finding:
    looked = await case.cite_look("disk_use", path=mount)
    if biggest is None:
        sentence = f"{mount} is {_how_full(case, mount)}{_sufferer(case)}; what fills it could not be seen"
        return case.finding("disk-full", mount, sentence, cited, looked, proven=True)
    place = text(biggest, "path")
    sentence = f"{mount} is {_how_full(case, mount)}{_sufferer(case)}: {place} takes {size(_bytes(biggest))}"
    remedy, found, notes = await _cleaner(case, place, sentence)
    if again := next((what for root, what in _AGAIN.items() if f"{place}/".startswith(f"{root}/")), None):
        remedy, notes = propose(*again, sentence), ()
    return case.finding("disk-full", place, sentence, cited, looked, found, proven=True, proposal=remedy, notes=notes)


def _from_words(case: Case, cause: str, mount: str, cited: tuple[str, ...]) -> Finding:
    what = "has no free inodes" if cause == "inodes-full" else "is full"
    named = next((path for t in case.triggers(cause) if (path := t.fields.get("path", ""))), "")
    place = mount or (f"the file system of {named}" if named else "a file system")
    sentence = f"{place[0].upper()}{place[1:]} {what}{_sufferer(case)}"
    return case.finding(cause, mount or named or case.incident.subject, sentence, cited, proven=bool(mount))


def _how_full(case: Case, mount: str) -> str:
    """ "full", or "92 % full" where there is some room left."""
    given = (t.fields.get("value", "") for t in case.triggers("disk-full") if t.trusted and t.subject == mount)
    values = [float(value) for value in given if value.replace(".", "", 1).isdecimal()]
    return f"{100 * max(values):.0f} % full" if values and max(values) < 0.985 else "full"


def _sufferer(case: Case) -> str:
    subject = case.who
    return "" if subject.startswith("/") or not subject else f" and {subject} suffers from it"


def _held_below(data: Row, mount: str) -> list[Row]:
    """Deleted files of this mount, each with the process that holds it open."""
    below = "/" if mount == "/" else f"{mount}/"
    return [row for row in rows(data, "deleted_open") if text(row, "path").startswith(below)]


def _bytes(row: Row) -> int:
    return number(row, "bytes", "size")


def _files(row: Row) -> int:
    return number(row, "entries", "count")
