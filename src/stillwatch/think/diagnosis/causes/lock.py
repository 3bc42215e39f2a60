"""A lock that is in the way: it outlived its process, or another one holds it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import Case, Finding, propose
from stillwatch.think.diagnosis.causes.config import belongs
from stillwatch.think.diagnosis.causes.facts import Row, exists, file_of, number, rows, text
from stillwatch.unit.facts import is_failing, paths_in, paths_of

_HOLDER = re.compile(r"\b(?:pid|process)\W{0,3}(\d{1,8})\b", re.IGNORECASE)
_RUNS_ALREADY = re.compile(
    r"\b(?:already|still|currently) (?:running|started|up|active|in progress|locked|in use|exists)\b"
    r"|\block(?:ed|file)?\b"
    r"|\banother \S.{0,60}? (?:is|seems to be|may be|process|instance)\b",
    re.I,
)
"""Another one at work, in any wording: told of a failed unit alone, and believed where a lock is seen."""
_LOCK_NAME = re.compile(r"(?<![\w/.-])([\w.-]{1,80}\.(?:pid|lock|lck))\b")
_LOCK = re.compile(r"/[\w@%+./-]{1,200}?(?:\.(?:pid|lock|lck)\b|/lock(?![\w@%+./-]))")


async def stale_lock(case: Case) -> Finding | None:
    """A lock file whose process is dead, by the list of lock files and the process list."""
    cited = case.cite("stale-lock")
    unit = case.unit
    triggers = case.triggers("stale-lock")
    words = [t.sample[:2000] for t in triggers]
    paths = [t.fields.get("path", "") or next(iter(_LOCK.findall(t.sample[:2000])), "") for t in triggers]
    if not cited and unit is not None and is_failing(unit):
        words = [text[:2000] for text in case.last_words if _RUNS_ALREADY.search(text) or _LOCK.search(text)][:1]
        paths = [path for text in words for path in _LOCK.findall(text)[:1]]
        cited = case.cite_words()[:1] if words else ()
    if not cited or unit is None:
        return None
    paths = [path for path in [*paths, *(p for p in paths_of(unit) if _LOCK.fullmatch(p))] if path.startswith("/")]
    named = [path for text in words for word in text.split() for path in paths_in(word.strip("\"'():,"))]
    if (held := await _held_by_another(case, unit, [*paths, *named], cited)) is not None:
        return held
    lock = await _listed(case, unit, paths)
    path = next(iter(paths), "") if lock is None else text(lock, "path")
    if not path:
        return case.finding("stale-lock", unit.name, f"{unit.name} says that a lock is in its way", cited)
    path, file = await _inside(case, path, words)
    pid = number(lock, "pid") if lock else 0
    pid = pid or next((int(found[1]) for text in words if (found := _HOLDER.search(text))), 0)
    dead, looked = await _is_dead(case, pid) if pid else (False, ())
    seen = await case.cite_look("file_metadata", path=path) if file else ()
    proven = bool(file and exists(file)) and dead and not text(file or {}, "mode").startswith("d")
    sentence = f"{unit.name} finds {path} in its way"
    sentence += f", left behind by process {pid}, which no longer lives" if dead else ""
    # The target is the unit's own by what PID 1 knows, or was read off the list of lock files (R15).
    ours = belongs(path, unit) or lock is not None
    remedy = propose("remove_stale_lock", path, sentence, unit=unit.name) if proven and ours else None
    return case.finding("stale-lock", path, sentence, cited, seen, looked, proven=proven, proposal=remedy)


async def _held_by_another(case: Case, unit: UnitState, paths: Sequence[str], cited: tuple[str, ...]) -> Finding | None:
    """A living process of another unit holds the lock, by the kernel's list: nobody may take it away."""
    for path in dict.fromkeys([*paths, *paths_of(unit)]):
        data = await case.look("lock_holders", path=path)
        for row in rows(data, "holders"):
            owner, pid = text(row, "unit"), number(row, "pid")
            if owner in (unit.name, *unit.names) or not pid or pid == unit.main_pid:
                continue
            name = owner or f"{text(row, 'name') or 'a process'} (pid {pid})"
            looked = await case.cite_look("lock_holders", path=path)
            sentence = f"{unit.name} waits for {path}, which {name} has locked (pid {pid}, alive)"
            note = "The lock is a living process's: ending that, and not removing the lock, would free it."
            return case.finding("stale-lock", name, sentence, cited, looked, proven=True, notes=(note,))
    return None


async def _inside(case: Case, path: str, cited: Sequence[str]) -> tuple[str, Row | None]:
    """Where the words name a directory, the lock file in it that they name, too ("postmaster.pid")."""
    file = await file_of(case, path)
    if file is None or not text(file, "mode").startswith("d"):
        return path, file
    words = " ".join([*cited, case.reason])
    for name in dict.fromkeys(_LOCK_NAME.findall(words)):
        below = await file_of(case, f"{path}/{name}")
        if below is not None and exists(below):
            return f"{path}/{name}", below
    return path, file


async def _listed(case: Case, unit: UnitState, paths: Sequence[str]) -> Row | None:
    """The lock file that the unit speaks of; where it names none, the only one of a dead process with its name."""
    locks = rows(await case.look("lock_files"), "locks")
    real = {path.replace("/var/run/", "/run/", 1).replace("/var/lock/", "/run/lock/", 1) for path in paths}
    spoken = next((lock for lock in locks if text(lock, "path") in {*paths, *real}), None)
    if spoken is not None or paths:
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
