"""A configuration that does not pass, an owner that does not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import SEEN, TOLD, Case, Finding
from stillwatch.think.diagnosis.causes.facts import (
    beside,
    elsewhere,
    exists,
    file_of,
    has_unread_words,
    last_change,
    rows,
    text,
)
from stillwatch.think.diagnosis.causes.restoring import put_back
from stillwatch.think.diagnosis.causes.spoken import Place, place_of
from stillwatch.triage.standing import RELOAD_FAILED
from stillwatch.unit.facts import is_failing, is_written, paths_of
from stillwatch.watch.gravity import gist_of
from stillwatch.watch.places import refused_place

_LINE = re.compile(r"(/[\w@%+./-]{1,200}?)(?::|, line |\(|\[| line |:line )(\d{1,6})")
_LINE_OF = re.compile(r"\bline (\d{1,6}) (?:of|in) (?:file )?[\"']?(/[\w@%+./-]{1,200}[\w/])")
PLACES = ("/run/", "/srv/", "/data/", "/var/lib/", "/var/spool/", "/var/log/", "/var/cache/", "/var/lock/")
_DATA = ("/srv/", "/data/", "/var/lib/", "/var/spool/", "/var/cache/")
_CONFIGS = (".conf", ".cfg", ".ini", ".toml", ".yaml", ".yml", ".cnf", ".env", ".config")
_EDITED = 3600.0
"""Seconds from a change of settings to the end of their program in which the one is taken for the other's reason."""
_SAME_MOMENT = 5.0
_MOST_NAMED = 20
"""Files that its settings name in turn, as certificates."""
_SETTINGS = ("/etc/", "/usr/local/etc/")
_NEVER_RUN = range(200, 244)
"""Exit statuses of systemd's own steps before a program starts (systemd.exec(5))."""


async def bad_config(case: Case) -> Finding | None:
    """The file that the unit says does not parse; proven where the system shows that it was changed just before."""
    cited = case.cite("bad-config")
    if not cited:
        return None
    unit = case.unit
    if unit is not None and unit.fragment_path and _of_unit_file(case):
        return await _bad_unit_file(case, unit, cited)
    path, line = _said_place(case)
    return await refused(case, path, line, cited)


async def said_line(case: Case) -> Finding | None:
    """A line of settings that a failed unit's words name, whatever they say of it: what it asks for cannot be had."""
    unit = case.unit
    if unit is None or not is_failing(unit):
        return None
    words = [*case.last_words, *(one.sample for one in case.incident.triggers if not one.trusted)]
    place = next(filter(None, map(refused_place, words)), None)
    cited = case.cite_words()[:2] or case.cite()[:2]
    return await refused(case, place.path, place.line, cited) if place is not None else None


async def refused(case: Case, path: str, line: str, cited: tuple[str, ...]) -> Finding:
    """A file that its program does not accept. path: "" where nobody named one; line: "" likewise."""
    unit = case.unit
    own = [named for named in paths_of(unit) if not is_written(named)] if unit else []
    path = path or await beside(case)
    if not path and unit is not None and (place := await _spoken_of(case, unit)) is not None:
        path, line = place.path, str(place.line)
    candidates = [path] if path else own
    changed, when = await last_change(case, *candidates)
    known = next((candidate for candidate in own if candidate and candidate in changed), "")
    culprit = path or known or _only_settings(own) or case.who
    of_unit = unit is not None and belongs(culprit, unit)
    if path and (gone := await _gone(case, path, cited)) is not None:
        return gone
    where = f"{culprit}{f', line {line}' if line else ''}"
    if culprit.startswith(_DATA) and not culprit.endswith(_CONFIGS):
        proven = bool(of_unit and is_failing(unit)) or case.trusted("bad-config")
        sentence = f"{case.who} cannot read its data: {where}{f'; {changed}' if changed else ''}"
        return case.finding("data-damaged", culprit, sentence, cited, when, proven=proven)
    sentence = f"{case.who} does not accept its configuration{f': {where}' if where != case.who else ''}"
    reason = case.last_statement("bad-config", beside=culprit if culprit != case.who else "")
    remedy = None
    if unit is not None and of_unit and (path or known):
        remedy = await put_back(case, unit, culprit, sentence)
    sentence += f"; {changed}" if changed else ""
    sentence += reason
    # Text names the file; that it is the unit's and that the unit failed, PID 1 says: that makes it more than a claim.
    proven = case.trusted("bad-config") or bool(of_unit and culprit.startswith("/") and is_failing(unit))
    return case.finding("bad-config", culprit, sentence, cited, when, proven=proven, proposal=remedy)


async def _spoken_of(case: Case, unit: UnitState) -> Place | None:
    """Where the words name no file: the line of its settings that has what they complain of."""
    said = [*(trigger.sample for trigger in case.triggers("bad-config") if not trigger.trusted), *case.last_words]
    place = await place_of(case, unit, said)
    return place if place is not None and not place.is_plain else None


async def _gone(case: Case, path: str, cited: tuple[str, ...]) -> Finding | None:
    """What is not there cannot be wrong."""
    file = await file_of(case, path)
    if file is None or exists(file) is not False:
        return None
    looked = await case.cite_look("file_metadata", path=path)
    sentence = f"{case.who} needs {path}, which does not exist"
    return case.finding("missing-path", path, sentence, cited, looked, proven=case.unit is not None)


def _of_unit_file(case: Case) -> bool:
    """PID 1 itself complains: then it is the unit's file that does not pass, not what the program reads."""
    return all(trigger.trusted and trigger.rule != RELOAD_FAILED for trigger in case.triggers("bad-config"))


async def _bad_unit_file(case: Case, unit: UnitState, cited: tuple[str, ...]) -> Finding:
    changed, when = await last_change(case, unit.fragment_path)
    step = "".join(t.fields.get("step", "") for t in case.triggers("bad-config")[:1])
    sentence = f"systemd does not accept {unit.fragment_path}, the file of {unit.name}"
    sentence = f"{unit.name} was not started: its file asks at the step {step} for what cannot be" if step else sentence
    remedy = await put_back(case, unit, unit.fragment_path, sentence) if changed or not step else None
    sentence += f"; {changed}" if changed else ""
    return case.finding("bad-config", unit.fragment_path, sentence, cited, when, proven=True, proposal=remedy)


def _only_settings(own: Sequence[str]) -> str:
    """The one file of settings that the unit is started with, where it cannot be seen whether it was changed."""
    settings = [path for path in own if is_settings(path)]
    return settings[0] if len(settings) == 1 else ""


def is_settings(path: str) -> bool:
    """Whether it is a file that people write, by its place or its name."""
    return path.startswith(_SETTINGS) or path.endswith(_CONFIGS)


def _said_place(case: Case) -> tuple[str, str]:
    for trigger in case.triggers("bad-config"):
        path, line = trigger.fields.get("path", "") or trigger.fields.get("file", ""), trigger.fields.get("line", "")
        path = path.rstrip("\"'`")
        found = _LINE.search(trigger.sample[:2000])
        if not path and (place := refused_place(trigger.sample)):
            path, line = place
        if not path and found:
            path, line = found.groups()
        # A file that takes in others: the last that is named is the one with the mistake.
        nested = _LINE_OF.findall(trigger.sample[:2000])
        if len(nested) > 1:
            line, path = nested[-1]
        if path.startswith("/"):
            return path, line
    if place := next(filter(None, map(refused_place, case.last_words)), None):
        return place
    found = next(filter(None, map(_LINE.search, case.last_words)), None)
    return (found[1], found[2]) if found else ("", "")


def belongs(path: str, unit: UnitState, *, strictly: bool = False) -> bool:
    """Whether the path is the unit's by what PID 1 knows of it; a path that a text merely names is not (R15).

    The unit names it or a directory above it, or it lies in a place for services' data that bears the name of the unit
    or of its user, or for their settings, in a directory that bears its name or its program's. The gate asks again
    whether it is declared. strictly: below such a place, not the place itself.
    """
    parts = PurePosixPath(path).parts
    if ".." in parts or not path.startswith("/"):
        return False
    named = [name for name in (*paths_of(unit), unit.fragment_path) if name]
    if any(path == name or path.startswith(f"{name}/") for name in named):
        return True
    names = {unit.name.rpartition(".")[0], unit.user} - {"", "root"}
    if path.startswith(_SETTINGS):
        names |= {PurePosixPath(program).name for program in unit.exec_start[:1]}
        return not strictly and not names.isdisjoint(parts[2:-1])
    return path.startswith(PLACES) and not names.isdisjoint(parts[2:-1] if strictly else parts[2:])


async def changed_settings(case: Case, unit: UnitState) -> Finding | None:
    """Of a unit that ended, and whose words name no reason: its settings, where just one file was changed before.

    Where it gave no word at all, the first of those that were changed.
    """
    if unit.exit_status in _NEVER_RUN or await has_unread_words(case, unit):
        return None
    if not case.reason and await elsewhere(case, unit):  # it may well have given one
        return None
    files = await _changed_before(case, unit)
    if not files or (case.reason and len(files) > 1):
        return None
    path = files[0]
    changed, when = await last_change(case, path)
    said = f'said only "{gist_of(case.reason)}"' if case.reason else "gave no reason"
    ended = f"ended with status {unit.exit_status}" if unit.exit_status else "failed"
    sentence = f"{unit.name} {ended} and {said}; {changed}: as it seems, "
    sentence += "it does not accept that change"
    remedy = await put_back(case, unit, path, sentence) if belongs(path, unit) else None
    # Of one that never ran it is not known that it ran before that change.
    sure = SEEN if not case.reason or unit.active_at else TOLD
    cited = case.cite()[:3]
    return case.finding(
        "bad-config", path, sentence, cited, case.cite_words()[:1], when, confidence=sure, proposal=remedy
    )


async def _changed_before(case: Case, unit: UnitState) -> list[str]:
    """Its settings files that were changed in the hour before it failed, those that it names first."""
    seen = await case.look("own_settings", unit=unit.name)
    files = rows(seen, "files")
    known = {path: row.get("changed") for row in files if is_settings(path := text(row, "path"))}
    known.pop(unit.fragment_path, None)
    named = seen.get("paths")
    also = [str(path) for path in named if str(path).startswith(_SETTINGS)] if isinstance(named, Sequence) else []
    for path in [*filter(is_settings, paths_of(unit)), *also[:_MOST_NAMED]]:
        known |= {path: file.get("changed")} if (file := await file_of(case, path)) and exists(file) else {}
    opened = case.incident.opened
    return [
        path for path, at in known.items() if isinstance(at, int | float) and -_SAME_MOMENT <= opened - at <= _EDITED
    ]
