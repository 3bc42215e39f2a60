"""A configuration that does not pass, an owner that does not fit, a lock that outlived its process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from stillwatch.records.unit import UnitState
from stillwatch.think.causes.case import Case, Finding, propose
from stillwatch.think.causes.facts import exists, file_of, last_change, number, paths_of, rows

_LINE = re.compile(r"(/[\w@%+./-]{1,200}?)(?::|, line |\(| line |:line )(\d{1,6})")
_PLACES = ("/run/", "/srv/", "/data/", "/var/lib/", "/var/spool/", "/var/log/", "/var/cache/", "/var/lock/")
_HOLDER = re.compile(r"\b(?:pid|process)\W{0,3}(\d{1,8})\b", re.IGNORECASE)
_LOCK = re.compile(r"/[\w@%+./-]{1,200}?\.(?:pid|lock|lck)\b")


async def bad_config(case: Case) -> Finding | None:
    """The file that the unit says does not parse; proven where the system shows that it was changed just before."""
    told = case.cite("bad-config")
    if not told:
        return None
    unit = case.unit
    path, line = _said_place(case)
    own = [*paths_of(unit), unit.fragment_path] if unit else []
    candidates = [path] if path else own
    changed, when = await last_change(case, *candidates)
    culprit = (
        path
        or next((candidate for candidate in own if candidate and candidate in changed), "")
        or case.incident.subject
    )
    of_unit = unit is not None and _belongs(culprit, unit)
    sentence = f"{case.incident.subject} does not accept its configuration: {culprit}{f', line {line}' if line else ''}"
    remedy = None
    if unit is not None and of_unit and culprit.startswith("/"):
        remedy = propose("restore_file", culprit, sentence, unit=unit.name)
    sentence += f"; {changed}" if changed else ""
    # Text names the file; only the system's own word that it is the unit's and was changed makes it more than a claim.
    proven = case.trusted("bad-config") or bool(when and of_unit and unit and unit.active_state == "failed")
    return case.finding("bad-config", culprit, sentence, told, when, proven=proven, proposal=remedy)


async def permission(case: Case) -> Finding | None:
    """A path of the unit that belongs to somebody else than the user it runs as."""
    told = case.cite("permission")
    unit = case.unit
    if not told:
        return None
    said = [trigger.fields.get("path", "") for trigger in case.triggers("permission")]
    own = [path for path in paths_of(unit) if path.startswith(_PLACES)] if unit else []
    for named in dict.fromkeys([*(path for path in said if path.startswith("/")), *own]):
        if unit is None or unit.user in ("", "root") or not await _is_roots(case, named):
            continue
        folder = str(PurePosixPath(named).parent)
        # Where the directory is root's too, the directory is what somebody gave away.
        path = folder if _belongs(folder, unit, strictly=True) and await _is_roots(case, folder) else named
        looked = await case.cite_look("file_metadata", path=path)
        sentence = f"{unit.name} runs as {unit.user} and may not use {path}, which belongs to root"
        # A path from the text alone may be shown and may not become a target (R15).
        remedy = propose("repair_ownership", path, sentence, unit=unit.name) if _belongs(path, unit) else None
        return case.finding("permission", path, sentence, told, looked, proven=True, proposal=remedy)
    subject = case.incident.subject
    place = next((path for path in said if path), subject)
    words = f"{subject} may not use {place}" if place != subject else f"{subject} lacks a permission"
    return case.finding("permission", place, words, told)


async def stale_lock(case: Case) -> Finding | None:
    """A pid file whose process is dead, by the process list."""
    told = case.cite("stale-lock")
    unit = case.unit
    if not told or unit is None:
        return None
    triggers = case.triggers("stale-lock")
    said = [t.fields.get("path", "") or next(iter(_LOCK.findall(t.sample[:2000])), "") for t in triggers]
    path = next(
        (path for path in [*said, *(p for p in paths_of(unit) if _LOCK.fullmatch(p))] if path.startswith("/")), ""
    )
    if not path:
        return case.finding("stale-lock", unit.name, f"{unit.name} says that a lock is in its way", told)
    file = await file_of(case, path)
    pid = next((int(found[1]) for t in triggers if (found := _HOLDER.search(t.sample[:2000]))), 0)
    dead, looked = await _is_dead(case, pid) if pid else (False, ())
    seen = await case.cite_look("file_metadata", path=path) if file else ()
    proven = bool(file and exists(file)) and dead
    sentence = f"{unit.name} finds {path} in its way" + (f", the lock of process {pid}, which is dead" if dead else "")
    remedy = propose("remove_stale_lock", path, sentence, unit=unit.name) if proven and _belongs(path, unit) else None
    return case.finding("stale-lock", path, sentence, told, seen, looked, proven=proven, proposal=remedy)


async def _is_dead(case: Case, pid: int) -> tuple[bool, tuple[str, ...]]:
    data = await case.look("process_list", pid=pid)
    listed = data.get("processes")
    if not isinstance(listed, Sequence) or any(number(process, "pid") == pid for process in rows(data, "processes")):
        return False, ()
    return True, await case.cite_look("process_list", f"there is no process {pid}", pid=pid)


async def _is_roots(case: Case, path: str) -> bool:
    file = await file_of(case, path)
    return file is not None and exists(file) is True and file.get("uid") == 0


def _said_place(case: Case) -> tuple[str, str]:
    for trigger in case.triggers("bad-config"):
        path, line = trigger.fields.get("path", "") or trigger.fields.get("file", ""), trigger.fields.get("line", "")
        found = _LINE.search(trigger.sample[:2000])
        if not path and found:
            path, line = found.groups()
        if path.startswith("/"):
            return path, line
    return "", ""


def _belongs(path: str, unit: UnitState, *, strictly: bool = False) -> bool:
    """Whether the path is the unit's by what PID 1 knows of it; a path that a text merely names is not (R15).

    The unit names it or a directory above it, or it lies in a place for services' data that bears the name of the unit
    or of its user. The gate asks again whether it is declared. strictly: below such a place, not the place itself.
    """
    parts = PurePosixPath(path).parts
    if ".." in parts or not path.startswith("/"):
        return False
    named = [name for name in (*paths_of(unit), unit.fragment_path) if name]
    if any(path == name or path.startswith(f"{name}/") for name in named):
        return True
    names = {unit.name.rpartition(".")[0], unit.user} - {"", "root"}
    return path.startswith(_PLACES) and not names.isdisjoint(parts[2:-1] if strictly else parts[2:])
