"""A configuration that does not pass, an owner that does not fit, a lock that outlived its process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import Case, Finding, propose
from stillwatch.think.diagnosis.causes.facts import Row, exists, file_of, last_change, number, rows, text
from stillwatch.unit.facts import is_failing, paths_of

_LINE = re.compile(r"(/[\w@%+./-]{1,200}?)(?::|, line |\(| line |:line )(\d{1,6})")
_PLACES = ("/run/", "/srv/", "/data/", "/var/lib/", "/var/spool/", "/var/log/", "/var/cache/", "/var/lock/")
_CONFIGS = (".conf", ".cfg", ".ini", ".toml", ".yaml", ".yml", ".cnf", ".env", ".config")
_SETTINGS = ("/etc/", "/usr/local/etc/")
_HOLDER = re.compile(r"\b(?:pid|process)\W{0,3}(\d{1,8})\b", re.IGNORECASE)
_LOCK_NAME = re.compile(r"(?<![\w/.-])([\w.-]{1,80}\.(?:pid|lock|lck))\b")
_LOCK = re.compile(r"/[\w@%+./-]{1,200}?(?:\.(?:pid|lock|lck)\b|/lock(?![\w@%+./-]))")


async def bad_config(case: Case) -> Finding | None:
    """The file that the unit says does not parse; proven where the system shows that it was changed just before."""
    told = case.cite("bad-config")
    if not told:
        return None
    unit = case.unit
    if unit is not None and unit.fragment_path and _of_unit_file(case):
        return await _bad_unit_file(case, unit, told)
    path, line = _said_place(case)
    return await refused(case, path, line, told)


async def refused(case: Case, path: str, line: str, told: tuple[str, ...]) -> Finding:
    """A file that its program does not accept. path: "" where nobody named one; line: "" likewise."""
    unit = case.unit
    own = paths_of(unit) if unit else []
    candidates = [path] if path else own
    changed, when = await last_change(case, *candidates)
    culprit = (
        path
        or next((candidate for candidate in own if candidate and candidate in changed), "")
        or case.incident.subject
    )
    of_unit = unit is not None and _belongs(culprit, unit)
    where = f"{culprit}{f', line {line}' if line else ''}"
    if culprit.startswith(_PLACES) and not culprit.endswith(_CONFIGS):
        proven = bool(of_unit and is_failing(unit)) or case.trusted("bad-config")
        sentence = f"{case.incident.subject} cannot read its data: {where}{f'; {changed}' if changed else ''}"
        return case.finding("data-damaged", culprit, sentence, told, when, proven=proven)
    sentence = f"{case.incident.subject} does not accept its configuration: {where}"
    remedy = None
    if unit is not None and of_unit and culprit.startswith("/"):
        remedy = propose("restore_file", culprit, sentence, unit=unit.name)
    sentence += f"; {changed}" if changed else ""
    # Text names the file; that it is the unit's and that the unit failed, PID 1 says: that makes it more than a claim.
    proven = case.trusted("bad-config") or bool(of_unit and culprit.startswith("/") and is_failing(unit))
    return case.finding("bad-config", culprit, sentence, told, when, proven=proven, proposal=remedy)


def _of_unit_file(case: Case) -> bool:
    """PID 1 itself complains: then it is the unit's file that does not pass, not what the program reads."""
    return all(trigger.trusted for trigger in case.triggers("bad-config"))


async def _bad_unit_file(case: Case, unit: UnitState, told: tuple[str, ...]) -> Finding:
    changed, when = await last_change(case, unit.fragment_path)
    sentence = f"systemd does not accept {unit.fragment_path}, the file of {unit.name}"
    remedy = propose("restore_file", unit.fragment_path, sentence, unit=unit.name)
    sentence += f"; {changed}" if changed else ""
    return case.finding("bad-config", unit.fragment_path, sentence, told, when, proven=True, proposal=remedy)


async def permission(case: Case) -> Finding | None:
    """A path of the unit whose owner or mode shuts out the user that it runs as."""
    told = case.cite("permission")
    unit = case.unit
    if not told:
        return None
    said = [path for t in case.triggers("permission") if (path := t.fields.get("path", "")).startswith("/")]
    own = [path for path in paths_of(unit) if path.startswith(_PLACES)] if unit else []
    programs = [path for path in (*unit.exec_start[:1], *unit.programs) if path in said] if unit else []
    for program in dict.fromkeys(programs):
        if unit is not None and (found := await _not_executable(case, unit, program, told)):
            return found
    for named in dict.fromkeys([*said, *[await _nearest(case, path) for path in said], *own]):
        if unit is None or unit.user in ("", "root") or not await shut_out(case, unit, named):
            continue
        folder = str(PurePosixPath(named).parent)
        # Where the directory is somebody else's too, the directory is what was given away.
        path = folder if _belongs(folder, unit, strictly=True) and await shut_out(case, unit, folder) else named
        looked = await case.cite_look("file_metadata", path=path)
        why = await shut_out(case, unit, path)
        sentence = f"{unit.name} runs as {unit.user} and may not use {path}, {why}"
        # A path from the text alone may be shown and may not become a target (R15).
        remedy = propose("repair_ownership", path, sentence, unit=unit.name) if _belongs(path, unit) else None
        return case.finding("permission", path, sentence, told, looked, proven=True, proposal=remedy)
    for named in dict.fromkeys(said):
        if why := await given_away(case, named):
            looked = await case.cite_look("file_metadata", path=named)
            sentence = f"{case.incident.subject} may not use {named}, {why}"
            return case.finding("permission", named, sentence, told, looked, proven=True)
        if (closed := await _closed(case, named)) is not None:
            place, mode = closed
            looked = await case.cite_look("file_metadata", path=place)
            sentence = f"{case.incident.subject} may not read {named}: {place} is closed to all but its owner and group"
            return case.finding("permission", place, f"{sentence}, its mode is {mode}", told, looked, proven=True)
    subject = case.incident.subject
    place = next(iter(said), subject)
    words = f"{subject} may not use {place}" if place != subject else f"{subject} lacks a permission"
    return case.finding("permission", place, words, told)


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


async def _nearest(case: Case, path: str) -> str:
    """The path, or the directory in which it could not be made."""
    file = await file_of(case, path)
    return str(PurePosixPath(path).parent) if file is not None and exists(file) is False else path


async def _not_executable(case: Case, unit: UnitState, program: str, told: tuple[str, ...]) -> Finding | None:
    file = await file_of(case, program)
    mode = text(file, "mode") if file else ""
    if not mode.startswith("-") or "x" in mode.lower() or "s" in mode.lower():
        return None
    looked = await case.cite_look("file_metadata", path=program)
    changed, when = await last_change(case, program)
    sentence = f"{unit.name} cannot start: {program} may not be executed, its mode is {mode}"
    remedy = propose("repair_ownership", program, sentence, unit=unit.name)
    sentence += f"; {changed}" if changed else ""
    return case.finding("permission", program, sentence, told, looked, when, proven=True, proposal=remedy)


async def stale_lock(case: Case) -> Finding | None:
    """A lock file whose process is dead, by the list of lock files and the process list."""
    told = case.cite("stale-lock")
    unit = case.unit
    if not told or unit is None:
        return None
    triggers = case.triggers("stale-lock")
    said = [t.fields.get("path", "") or next(iter(_LOCK.findall(t.sample[:2000])), "") for t in triggers]
    said = [path for path in [*said, *(p for p in paths_of(unit) if _LOCK.fullmatch(p))] if path.startswith("/")]
    if (held := await _held_by_another(case, unit, said, told)) is not None:
        return held
    lock = await _listed(case, unit, said)
    path = next(iter(said), "") if lock is None else text(lock, "path")
    if not path:
        return case.finding("stale-lock", unit.name, f"{unit.name} says that a lock is in its way", told)
    path, file = await _inside(case, path, triggers)
    pid = number(lock, "pid") if lock else 0
    pid = pid or next((int(found[1]) for t in triggers if (found := _HOLDER.search(t.sample[:2000]))), 0)
    dead, looked = await _is_dead(case, pid) if pid else (False, ())
    seen = await case.cite_look("file_metadata", path=path) if file else ()
    proven = bool(file and exists(file)) and dead and not text(file or {}, "mode").startswith("d")
    sentence = f"{unit.name} finds {path} in its way"
    sentence += f", left behind by process {pid}, which no longer lives" if dead else ""
    # The target is the unit's own by what PID 1 knows, or was read off the list of lock files (R15).
    ours = _belongs(path, unit) or lock is not None
    remedy = propose("remove_stale_lock", path, sentence, unit=unit.name) if proven and ours else None
    return case.finding("stale-lock", path, sentence, told, seen, looked, proven=proven, proposal=remedy)


async def _held_by_another(case: Case, unit: UnitState, said: Sequence[str], told: tuple[str, ...]) -> Finding | None:
    """A living process of another unit holds the lock, by the kernel's list: nobody may take it away."""
    for path in dict.fromkeys([*said, *paths_of(unit)]):
        data = await case.look("lock_holders", path=path)
        for row in rows(data, "holders"):
            owner, pid = text(row, "unit"), number(row, "pid")
            if owner in (unit.name, *unit.names) or not pid or pid == unit.main_pid:
                continue
            name = owner or f"{text(row, 'name') or 'a process'} (pid {pid})"
            looked = await case.cite_look("lock_holders", path=path)
            sentence = f"{unit.name} waits for {path}, which {name} has locked (pid {pid}, alive)"
            note = "The lock is a living process's: ending that, and not removing the lock, would free it."
            return case.finding("stale-lock", name, sentence, told, looked, proven=True, notes=(note,))
    return None


async def _inside(case: Case, path: str, triggers: Sequence[Trigger]) -> tuple[str, Row | None]:
    """Where the words name a directory, the lock file in it that they name, too ("postmaster.pid")."""
    file = await file_of(case, path)
    if file is None or not text(file, "mode").startswith("d"):
        return path, file
    words = " ".join([trigger.sample[:2000] for trigger in triggers] + [case.reason])
    for name in dict.fromkeys(_LOCK_NAME.findall(words)):
        below = await file_of(case, f"{path}/{name}")
        if below is not None and exists(below):
            return f"{path}/{name}", below
    return path, file


async def _listed(case: Case, unit: UnitState, said: Sequence[str]) -> Row | None:
    """The lock file that the unit speaks of; where it names none, the only one of a dead process with its name."""
    locks = rows(await case.look("lock_files"), "locks")
    real = {path.replace("/var/run/", "/run/", 1).replace("/var/lock/", "/run/lock/", 1) for path in said}
    spoken = next((lock for lock in locks if text(lock, "path") in {*said, *real}), None)
    if spoken is not None or said:
        return spoken
    names = {unit.name.rpartition(".")[0], unit.user} - {"", "root"}
    bearing = [
        lock
        for lock in locks
        if number(lock, "pid")
        and lock.get("alive") is False
        and any(part.split(".")[0] in names for part in PurePosixPath(text(lock, "path")).parts)
    ]
    return bearing[0] if len(bearing) == 1 else None


async def _is_dead(case: Case, pid: int) -> tuple[bool, tuple[str, ...]]:
    data = await case.look("process_list", pid=pid)
    listed = data.get("processes")
    if not isinstance(listed, Sequence) or any(number(process, "pid") == pid for process in rows(data, "processes")):
        return False, ()
    return True, await case.cite_look("process_list", f"there is no process {pid}", pid=pid)


async def shut_out(case: Case, unit: UnitState, path: str) -> str:
    """Why the unit's user may not use the path, "" where the file's owner and mode do not say so."""
    file = await file_of(case, path)
    if file is None or exists(file) is not True:
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


def is_settings(path: str) -> bool:
    """Whether it is a file that people write, by its place or its name."""
    return path.startswith(_SETTINGS) or path.endswith(_CONFIGS)


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
    return path.startswith(_PLACES) and not names.isdisjoint(parts[2:-1] if strictly else parts[2:])
