"""A socket file that a unit cannot connect to: it is closed to the unit, or nobody is behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import SEEN, Case, Finding, propose
from stillwatch.think.diagnosis.causes.facts import exists, file_of, text

_SOCKET: Final = re.compile(r"(?:unix:)?(/[\w@%+.,/-]{1,200}/[\w@%+.,-]{1,100})")
_DENIED: Final = re.compile(r"permission denied|\(13\b|EACCES", re.I)
_SILENT: Final = re.compile(r"\btimed? ?out\b|\(110\b|\(11: |temporarily unavailable|EAGAIN", re.I)
"""Whoever listens does not take the connection, or does not answer on it."""
_NOT_RUNNING: Final = ("inactive", "failed")


async def local_socket(case: Case, unit: UnitState, own: Sequence[Trigger], cited: tuple[str, ...]) -> Finding | None:
    """A socket unit without its service; else of the sockets that the complaint names, the first a look explains."""
    if (absent := await _absent_service(case, unit, cited)) is not None:
        return absent
    for trigger in own:
        target = trigger.fields.get("target", "") or trigger.fields.get("address", "")
        found = _SOCKET.match(target)
        file = await file_of(case, found[1]) if found else None
        if not found or file is None or not (exists(file) is False or text(file, "mode").startswith("s")):
            continue
        path = found[1]
        if exists(file) and _DENIED.search(trigger.sample[:2000]):
            return await _closed(case, unit, path, cited)
        for name in _servers(path):
            silent = _SILENT.search(trigger.sample[:2000]) is not None
            if (finding := await _behind(case, unit, path, name, cited, silent=silent)) is not None:
                return finding
    return None


async def _closed(case: Case, unit: UnitState, path: str, cited: tuple[str, ...]) -> Finding:
    file = await file_of(case, path) or {}
    looked = await case.cite_look("file_metadata", path=path)
    whose = f"{text(file, 'owner')}:{text(file, 'group')}"
    sentence = f"{unit.name} may not use {path}, which belongs to {whose} with mode {text(file, 'mode')}"
    return case.finding("permission", path, sentence, cited, looked, proven=True)


def _servers(path: str) -> list[str]:
    """Services that would make such a socket by custom: named as the file, or as its directory below /run."""
    place = PurePosixPath(path)
    stems = [place.name.partition(".sock")[0], place.parent.name]
    names = [stem for stem in dict.fromkeys(stems) if stem and not stem.startswith(".") and stem not in ("run", "tmp")]
    return [f"{stem}.service" for stem in names]


async def _behind(
    case: Case, unit: UnitState, path: str, name: str, cited: tuple[str, ...], *, silent: bool
) -> Finding | None:
    """silent: whether it is there and does not answer, by the complaint."""
    state = await case.look("unit_status", unit=name)
    real, active = text(state, "name", "unit") or name, text(state, "active_state")
    masked, loaded = text(state, "load_state") == "masked", text(state, "load_state") == "loaded"
    if silent and loaded and active == "active" and real != unit.name:
        return await _busy(case, unit, path, real, cited)
    if real == unit.name or not (masked or (loaded and active in _NOT_RUNNING)):
        return None
    seen = await case.cite_look("unit_status", unit=name)
    looked = await case.cite_look("file_metadata", path=path)
    note = case.meant(real)
    if masked:
        sentence = f"{real}, which serves {path}, is masked, so nothing can start it: {unit.name} is refused"
        off = propose("unmask_unit", real, sentence)
        return case.finding("masked", real, sentence, cited, seen, looked, proven=True, proposal=off, meant=note)
    how = "has failed" if active == "failed" else "does not run"
    sentence = f"{unit.name} needs {real}, which serves {path} and {how}"
    may_start = active == "inactive" and text(state, "enabled") in ("enabled", "enabled-runtime")
    remedy = propose("start_unit", real, sentence) if may_start else None
    return case.finding(
        "dependency-failed", real, sentence, cited, seen, looked, proven=True, proposal=remedy, meant=note
    )


async def _busy(case: Case, unit: UnitState, path: str, server: str, cited: tuple[str, ...]) -> Finding:
    """It runs: all its workers are at work, or hang, which a look from outside does not tell apart."""
    seen = await case.cite_look("unit_status", unit=server)
    sentence = f"{server}, which serves {path}, runs and does not answer {unit.name} in time"
    note = "All its workers are busy or hang: look at its own log, at what they wait for, and at how many it may have."
    return case.finding("timeout", server, sentence, cited, seen, confidence=SEEN, notes=(note,))


async def _absent_service(case: Case, unit: UnitState, cited: tuple[str, ...]) -> Finding | None:
    """The service that a socket should start and that PID 1 does not know by that name."""
    told = (t.fields.get("service", "") for t in case.triggers("dependency-failed") if t.trusted)
    name = next(filter(None, told), "")
    if not name or text(await case.look("unit_status", unit=name), "load_state") == "loaded":
        return None
    sentence = f"{unit.name} should start {name}, and no unit of that name is installed or switched on here"
    return case.finding("dependency-failed", name, sentence, cited, proven=True)
