"""A directory that should be a mount and is not, or that something else was mounted over."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stillwatch.records.cause import CAUSES
from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import SEEN, Case, Finding, propose
from stillwatch.think.diagnosis.causes.facts import Row, clock_time, last_change, number, rows, text, where_set

_PATH = re.compile(r"(?<![\w/.])/[\w@%+=.,/-]{1,255}")
_READ_ONLY = "read-only file"
_SANDBOX = ("ProtectSystem", "ReadOnlyPaths", "ReadWritePaths", "ProtectHome")


async def mount_missing(case: Case) -> Finding | None:
    """By PID 1's word: the mount unit is off, or could not be mounted."""
    cited = case.cite("mount-missing", "missing-path")
    if not case.triggers("mount-missing"):
        return None
    subjects = [case.incident.subject, *(trigger.subject for trigger in case.triggers("mount-missing"))]
    unit = next((u for name in subjects if (u := case.unit_named(name)) and u.name.endswith(".mount")), None)
    if unit is None:
        return None if case.looks else _told(case, cited)
    where = unit.where or unit.name
    looked = await case.cite_look("mount_of", path=where)
    seen = await case.look("mount_of", path=where)
    if unit.active_state == "failed":
        sentence = f"{where} is not mounted: {unit.name} has failed"
        return case.finding("mount-missing", unit.name, sentence, cited, looked, proven=True)
    since = clock_time(unit.active_at, case.incident.updated)
    sentence = f"{where} is not mounted{f' any more ({unit.name} was, until {since})' if since else ''}"
    below = number(seen, "entries")
    notes = [f"{below} files lie in the bare directory {where}; mounting hides them."] if below else []
    notes.append("Whoever misses it is to be looked at again once it is mounted.")
    # What lies in the bare directory would be hidden: then a person decides.
    remedy = propose("mount_unit", where, sentence) if seen and not below and where.startswith("/") else None
    return case.finding(
        "mount-missing", unit.name, sentence, cited, looked, proven=True, proposal=remedy, notes=tuple(notes)
    )


def _told(case: Case, cited: tuple[str, ...]) -> Finding:
    """In log text, where no unit is known and nothing can be looked at."""
    lead = case.triggers("mount-missing")[0]
    sentence = f"{case.who}: {CAUSES['mount-missing']}{case.last_statement('mount-missing')}"
    return case.finding("mount-missing", lead.object or case.who, sentence, cited)


async def hidden_below(case: Case, unit: UnitState, path: str, cited: tuple[str, ...]) -> Finding | None:
    """Whether the path is gone because something was mounted over its directory since the unit started."""
    over = next(iter(rows(await case.look("mount_of", path=path), "mounts")), None)
    if over is None or text(over, "point") in ("", "/") or text(over, "declared"):
        return None
    if not unit.started_at or number(over, "since") < unit.started_at:
        return None
    looked = await case.cite_look("mount_of", path=path)
    point, kind = text(over, "point"), text(over, "kind")
    since = clock_time(float(number(over, "since")), case.incident.updated)
    sentence = f"{path} is hidden: an undeclared {kind} was mounted over {point}{f' {since}' if since else ''}"
    sentence += f", after {unit.name} had started"
    return case.finding("mount-missing", point, sentence, cited, looked, confidence=max(SEEN, 0.9))


async def read_only(case: Case) -> Finding | None:
    """Which mount is read-only; where none is, it is the unit's own sandbox."""
    triggers = case.triggers("filesystem-error")
    cited = case.cite("filesystem-error")
    unit = case.unit
    if not cited or not all(trigger.rule == "read-only" for trigger in triggers):
        return None
    for path in _paths_of(triggers):
        mount: Row | None = next(iter(rows(await case.look("mount_of", path=path), "mounts")), None)
        if mount is None:
            continue
        point = text(mount, "point")
        looked = await case.cite_look("mount_of", path=path)
        if mount.get("read_only") is True:
            sentence = f"{case.who} cannot write {path}: {point} is mounted read-only"
            return case.finding("filesystem-error", point, sentence, cited, looked, proven=True)
        if unit is not None and unit.fragment_path:
            setting = await where_set(case, *_SANDBOX) or unit.fragment_path
            changed, when = await last_change(case, setting)
            sentence = f"{unit.name} cannot write {path}: {point} can be written, so {setting} keeps it out "
            sentence += f"(ProtectSystem=, ReadOnlyPaths=, ReadWritePaths=){f'; {changed}' if changed else ''}"
            return case.finding("bad-config", setting, sentence, cited, looked, when, proven=True)
    return None


def _paths_of(triggers: Sequence[Trigger]) -> list[str]:
    """Those that the lines name, what stands behind the reason first: before it often stands a request."""
    found: list[str] = []
    for trigger in triggers:
        before, _, after = trigger.sample[:2000].lower().partition(_READ_ONLY)
        behind = trigger.sample[len(before) : 2000] if after else ""
        found += [*_PATH.findall(behind), trigger.fields.get("path", ""), *_PATH.findall(trigger.sample[:2000])]
    return list(dict.fromkeys(filter(None, found)))
