"""A path whose owner or mode shuts out the user that a unit runs as, or lets in more than its owner."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import Case, Finding, propose
from stillwatch.think.diagnosis.causes.config import PLACES, belongs
from stillwatch.think.diagnosis.causes.executable import not_executable
from stillwatch.think.diagnosis.causes.facts import exists, file_of, rows, text
from stillwatch.triage.standing import OPEN_TO_ALL
from stillwatch.unit.facts import is_failing, paths_in, paths_of

_TOO_OPEN = re.compile(
    r"insecure|too open|world[- ](?:writ|read)|group or (?:world|other)|(?:accessible|readable|writable|writeable) by"
    r"|\b(?:read|written|accessed|changed|modified)(?: or \w+)? by (?:any|every|all|other|others|group)\b|not secure\b"
    r"|(?:bad|wrong|incorrect) (?:ownership|mode|permission)|\bpermissions? (?:of )?0?[0-7]{3}\b|UNPROTECTED"
    r"|unsafe (?:ownership|permission|mode)|loose permission",
    re.I,
)
"""It is not shut out: it does not trust what others could read or change."""
_QUOTES = re.compile(r"[\s\"'`‘’“”()\[\]<>,;]+")
_READ_BY_ALL = ("/etc/", "/usr/", "/bin/", "/sbin/", "/lib")
"""Programs and settings are root's, and it is enough that everybody may read them."""
_DATA = ("/var/lib/", "/var/log/", "/var/cache/", "/var/spool/", "/run/")
_WRITE = re.compile(r"\bwrit", re.I)


async def permission(case: Case) -> Finding | None:
    """A path of the unit whose owner or mode shuts out the user that it runs as."""
    cited = case.cite("permission")
    unit = case.unit
    if not cited:
        return None
    lead = case.triggers("permission")[0]
    open_to_all = await too_open(case, lead.sample[:2000], lead.fields.get("path", ""), cited)
    if open_to_all := await _writable(case, cited) or open_to_all:
        return open_to_all
    paths = [path for t in case.triggers("permission") if (path := t.fields.get("path", "")).startswith("/")]
    paths = paths or _paths_told(lead.sample[:2000])
    own = [path for path in paths_of(unit) if path.startswith(PLACES)] if unit else []
    programs = [path for path in (*unit.exec_start[:1], *unit.programs) if path in paths] if unit else []
    for program in dict.fromkeys(programs):
        if unit is not None and (found := await not_executable(case, unit, program, cited)):
            return found
    customary = await _customary(case, unit) if unit is not None and is_failing(unit) else []
    for named in dict.fromkeys([*paths, *[await _nearest(case, path) for path in paths], *own, *customary]):
        if unit is None or unit.user in ("", "root") or not await shut_out(case, unit, named):
            continue
        folder = str(PurePosixPath(named).parent)
        # Where the directory is somebody else's too, the directory is what was given away.
        path = folder if belongs(folder, unit, strictly=True) and await shut_out(case, unit, folder) else named
        looked = await case.cite_look("file_metadata", path=path)
        why = await shut_out(case, unit, path)
        sentence = f"{unit.name} runs as {unit.user} and may not use {path}, {why}"
        # A path from the text alone may be shown and may not become a target (R15).
        remedy = propose("repair_ownership", path, sentence, unit=unit.name) if belongs(path, unit) else None
        return case.finding("permission", path, sentence, cited, looked, proven=True, proposal=remedy)
    for named in dict.fromkeys(paths):
        if why := await given_away(case, named):
            looked = await case.cite_look("file_metadata", path=named)
            sentence = f"{case.who} may not use {named}, {why}"
            return case.finding("permission", named, sentence, cited, looked, proven=True)
        if (closed := await _closed(case, named)) is not None:
            place, mode = closed
            looked = await case.cite_look("file_metadata", path=place)
            sentence = f"{case.who} may not read {named}: {place} is closed to all but its owner and group"
            return case.finding("permission", place, f"{sentence}, its mode is {mode}", cited, looked, proven=True)
    subject = case.who
    place = next(iter(paths), subject)
    words = (
        f"{subject} may not use {place}"
        if place != subject
        else f"{subject} lacks a permission{case.last_statement('permission')}"
    )
    return case.finding("permission", place, words, cited)


def _paths_told(words: str) -> list[str]:
    """Where a rule names no path, those that stand in the words; a look shows which of them is shut."""
    return list(dict.fromkeys(path for word in _QUOTES.split(words) for path in paths_in(word.rstrip(":."))))[:4]


async def _writable(case: Case, cited: tuple[str, ...]) -> Finding | None:
    """The file of a unit that anybody may change, by PID 1's word and by its mode now."""
    lead = next((t for t in case.triggers("permission") if t.rule == OPEN_TO_ALL and t.trusted), None)
    if lead is None:
        return None
    file = await file_of(case, lead.object)
    mode = text(file, "mode") if file else ""
    mended = f"{lead.object} can be changed by its owner alone again" if len(mode) > 8 and mode[8] != "w" else ""
    looked = await case.cite_look("file_metadata", path=lead.object) if mode else ()
    return case.finding("permission", lead.object, lead.summary, cited, looked, proven=True, over=mended)


async def too_open(case: Case, words: str, path: str, cited: tuple[str, ...]) -> Finding | None:
    """The file, or else its directory, that lets in more than its owner, where that is what the words complain of."""
    if not _TOO_OPEN.search(words) or not path.startswith("/"):
        return None
    rights = "w" if _WRITE.search(words) else "rw"
    for place in (path, str(PurePosixPath(path).parent)):
        file = await file_of(case, place)
        mode = text(file, "mode") if file else ""
        if mode[:1] not in ("d", "-") or not any(right in mode[4:10] for right in ("w" if mode[0] == "d" else rights)):
            continue
        looked = await case.cite_look("file_metadata", path=place)
        sentence = f"{case.who} refuses {path}: {place} is open to more than its owner, its mode is {mode}"
        remedy = None
        if case.unit is not None and belongs(place, case.unit):
            remedy = propose("repair_ownership", place, sentence, unit=case.unit.name)
        return case.finding("permission", place, sentence, cited, looked, proven=True, proposal=remedy)
    return None


async def _closed(case: Case, path: str) -> tuple[str, str] | None:
    """The first directory on the way, or the file itself, that lets nobody else in, with its mode."""
    for place in [*map(str, reversed(PurePosixPath(path).parents)), path][1:]:
        file = await file_of(case, place)
        mode = text(file, "mode") if file else ""
        if len(mode) < 10 or mode[0] not in "d-":
            continue
        if mode[9 if mode[0] == "d" else 7] not in ("x", "r", "t"):
            return place, mode
    return None


async def _customary(case: Case, unit: UnitState) -> list[str]:
    """Where its data lies by custom, though no word names it: its user's home, and what is called as it or its user."""
    names = dict.fromkeys((unit.name.partition(".")[0].partition("@")[0], unit.user))
    accounts = rows(await case.look("users", user=unit.user), "accounts") if unit.user else []
    places = [*(text(row, "home") for row in accounts), *(f"{root}{name}" for root in _DATA for name in names if name)]
    return [place for place in places if place.startswith(PLACES) and await _is_there(case, place)]


async def _is_there(case: Case, path: str) -> bool:
    file = await file_of(case, path)
    return file is not None and exists(file) is True


async def _nearest(case: Case, path: str) -> str:
    """The path, or the directory in which it could not be made."""
    file = await file_of(case, path)
    return str(PurePosixPath(path).parent) if file is not None and exists(file) is False else path


async def acting_as(case: Case, unit: UnitState) -> UnitState:
    """The unit with the user that its program becomes by itself, where an account bears the unit's name."""
    name = unit.name.partition(".")[0].partition("@")[0]
    if unit.user or not rows(await case.look("users", user=name), "accounts"):
        return unit
    return replace(unit, user=name)


async def shut_out(case: Case, unit: UnitState, path: str) -> str:
    """Why the unit's user may not use the path, "" where the file's owner and mode do not say so."""
    file = await file_of(case, path)
    if file is None or exists(file) is not True:
        return ""
    if path.startswith(_READ_BY_ALL) and text(file, "mode")[7:8] == "r":
        return ""
    owner, mode = text(file, "owner") or ("root" if file.get("uid") == 0 else ""), text(file, "mode")
    if owner == unit.user:
        needed = "rwx" if mode.startswith("d") else "rw"
        lacks = len(mode) >= 4 and any(letter not in mode[1:4] for letter in needed)
        return f"whose mode {mode} keeps even its owner out" if lacks else ""
    group = text(file, "group")
    open_to_all, open_to_group = mode[8:9] == "w", mode[5:6] == "w" and group in (unit.user, unit.group)
    return f"which belongs to {owner}" if owner and not open_to_all and not open_to_group else ""


async def given_away(case: Case, path: str) -> str:
    """Whose it is, where it lies in a directory of somebody else who is not root; "" where it fits."""
    file, folder = await file_of(case, path), await file_of(case, str(PurePosixPath(path).parent))
    owner, around = text(file or {}, "owner"), text(folder or {}, "owner")
    if not owner or around in ("", "root", owner):
        return ""
    return f"which belongs to {owner}, in a directory of {around}"
