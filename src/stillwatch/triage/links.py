"""Which sightings follow from which: arrows from what suffers to what it suffers from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from stillwatch.records.trigger import UNKNOWN, Severity
from stillwatch.records.unit import UnitState
from stillwatch.triage.aliases import from_aliases
from stillwatch.triage.neighbours import (
    from_named_servers,
    from_nameless,
    from_one_circle,
    from_one_program,
    from_own_logins,
    from_refusals,
    from_targets,
)
from stillwatch.triage.of_the_host import (
    from_damage,
    from_flood,
    from_kernel,
    from_memory,
    from_name_servers,
    from_names,
    near,
)
from stillwatch.triage.precedence import DEPENDENT, SYMPTOMS, UNIT_FAILURE, rank
from stillwatch.triage.recovery import from_recovery
from stillwatch.triage.sighting import Sighting, Units
from stillwatch.triage.things import Arrow, from_things
from stillwatch.unit.facts import is_failing, paths_of, ports_of, without_times
from stillwatch.unit.names import is_unit

SAME_JOB = 5.0
"""Seconds between the end of a unit and PID 1's word about what could not be started without it."""

_PATH = re.compile(r"(?<![\w/])/[\w@%+=:.,/-]{1,255}")
_UNWRITTEN = re.compile(
    r"\b(?:could not|cannot|can't|failed to|unable to) (?:write|extend|save|flush|append)\b"
    r"(?!.*\b(?:denied|permi|read-only))",
    re.I,
)
_RENEWS = re.compile(r"cert|renew|acme|lego|letsencrypt|tls", re.IGNORECASE)
_CARRIERS = (".socket", ".timer", ".path")


def arrows(sightings: Sequence[Sighting], units: Units) -> set[Arrow]:
    """Every arrow between the nodes of these sightings; hearsay and planted instructions have none."""
    heard = [
        sighting for sighting in sightings if not sighting.hearsay and sighting.trigger.cause != "prompt-injection"
    ]
    found = {*_from_dependencies(heard, units), *_from_ports(heard, units), *_from_carriers(heard, units)}
    found |= {
        *_from_full(heard, units),
        *_from_mounts(heard, units),
        *_from_complaints(heard, units),
        *from_flood(heard),
        *from_names(heard),
        *from_name_servers(heard),
        *from_memory(heard),
        *from_damage(heard),
        *from_kernel(heard),
        *_from_renewal(heard, units),
        *from_things(heard),
        *from_aliases(heard),
        *from_recovery(heard),
        *from_targets(heard),
        *from_one_program(heard),
        *from_refusals(heard),
        *from_named_servers(heard),
        *from_nameless(heard),
        *from_own_logins(heard),
        *from_one_circle(heard),
    }
    return {(symptom, root) for symptom, root in found if symptom != root}


def mount_of(path: str, mounts: Sequence[str]) -> str:
    """The longest of the mounts that holds the path, or ""."""
    holding = [mount for mount in mounts if PurePosixPath(path).is_relative_to(mount)]
    return max(holding, key=len, default="")


def _by_unit(sightings: Sequence[Sighting]) -> dict[str, list[Sighting]]:
    """Failing units: those with a sighting of a unit's failure."""
    by_unit: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if sighting.unit and sighting.node == f"{UNIT_FAILURE} {sighting.unit}":
            by_unit[sighting.unit].append(sighting)
    return by_unit


def _from_dependencies(sightings: Sequence[Sighting], units: Units) -> Iterator[Arrow]:
    """A unit fails because what it requires fails: by PID 1's own list, or by the time where there is no list."""
    struck = _by_unit(sightings)
    for name, seen in struck.items():
        unit = units.get(name)
        if unit is not None:
            needed = {units.canonical(other) for other in (*unit.requires, *unit.wants)} & struck.keys()
            down = [other for other in sorted(needed) if not _runs(units.get(other))]
            if not any(_says_why(s) for s in seen):
                yield from ((f"{UNIT_FAILURE} {name}", f"{UNIT_FAILURE} {other}") for other in down)
        elif any(_is_failed_dependency(s) for s in seen):
            yield from _failed_just_before(name, seen, struck)


def _runs(unit: UnitState | None) -> bool:
    return unit is not None and unit.active_state == "active" and unit.restarts == 0


def _says_why(sighting: Sighting) -> bool:
    """It has a reason of its own, so what it needs is not to blame."""
    return sighting.trigger.cause not in SYMPTOMS | DEPENDENT


def _is_failed_dependency(sighting: Sighting) -> bool:
    """PID 1's own words; in a log file, where nobody vouches for anything, the words alone."""
    return sighting.trigger.cause == "dependency-failed" and (sighting.trigger.trusted or sighting.from_log)


def _failed_just_before(name: str, seen: list[Sighting], struck: dict[str, list[Sighting]]) -> Iterator[Arrow]:
    moment = min(s.trigger.first for s in seen if s.trigger.cause == "dependency-failed")
    failed = [
        (max(s.trigger.first for s in theirs if s.trigger.first <= moment), other)
        for other, theirs in struck.items()
        if other != name and any(_ended_at(s, moment) for s in theirs)
    ]
    if failed:
        yield f"{UNIT_FAILURE} {name}", f"{UNIT_FAILURE} {max(failed)[1]}"


def _ended_at(sighting: Sighting, moment: float) -> bool:
    ended = sighting.trigger
    return ended.cause not in DEPENDENT and ended.first <= moment <= ended.last + SAME_JOB


def _from_ports(sightings: Sequence[Sighting], units: Units) -> Iterator[Arrow]:
    """Connection refused by a port that a failing unit of this host should serve."""
    struck = _by_unit(sightings)
    down = [unit for unit in units.all() if unit.name in struck or is_failing(unit)]
    for sighting in sightings:
        if sighting.trigger.cause not in DEPENDENT | {"other"} or not sighting.unit:
            continue
        own = units.get(sighting.unit)
        for port in _ports_named(sighting):
            served_by = [unit for unit in down if unit.name != sighting.unit and port in ports_of(unit)]
            nearest = [unit for unit in served_by if not _asks(unit, own, port)] or served_by
            if len(nearest) == 1 and nearest[0].name in struck:
                yield sighting.node, f"{UNIT_FAILURE} {nearest[0].name}"


def _from_complaints(sightings: Sequence[Sighting], units: Units) -> Iterator[Arrow]:
    """Unknown trouble of a unit follows from what is known of the one unit that it needs, at that time."""
    for complaint in (s for s in sightings if s.unit and s.trigger.rule == UNKNOWN):
        own = units.get(complaint.unit)
        needed = {units.canonical(name) for name in (*own.requires, *own.wants)} if own else set()
        known = [s for s in sightings if s.unit in needed and s.trigger.severity > Severity.low and near(s, complaint)]
        if len({other.unit for other in known}) == 1:
            yield complaint.node, max(known, key=lambda other: (rank(other.trigger.cause), other.node)).node


def _asks(unit: UnitState, own: UnitState | None, port: int) -> bool:
    """Whether the unit names the port as a client does: another one of its arguments is an address with it."""
    words = [*unit.exec_start[1:], *(unit.environment or {}).values()]
    return own is not None and any(re.search(rf"(?:localhost|127\.|//)[^ ]*:{port}\b", word) for word in words)


def _ports_named(sighting: Sighting) -> list[int]:
    fields = sighting.trigger.fields
    named = [
        fields.get("port", ""),
        *re.findall(r":(\d{2,5})(?!\d)", f"{fields.get('target', '')} {fields.get('address', '')}"),
    ]
    if not any(named):
        named = re.findall(r":(\d{2,5})(?![\d:])", without_times(sighting.trigger.sample[:2000]))
    return sorted({int(port) for port in named if port.isdecimal() and 0 < int(port) < 65536})


def _from_carriers(sightings: Sequence[Sighting], units: Units) -> Iterator[Arrow]:
    """A socket, timer or path unit fails with the service that it starts."""
    struck = _by_unit(sightings)
    for name in struck:
        if not name.endswith(_CARRIERS):
            continue
        unit = units.get(name)
        started = unit.triggers if unit and unit.triggers else (f"{name.rpartition('.')[0]}.service",)
        yield from ((f"{UNIT_FAILURE} {name}", f"{UNIT_FAILURE} {other}") for other in started if other in struck)


def _from_full(sightings: Sequence[Sighting], units: Units) -> Iterator[Arrow]:
    """Whoever reports "no space left" suffers from the full mount that holds its paths, or from the only full one.

    A lack of inodes is reported in the same words, so both kinds of full mount count.
    """
    full = {s.subject: s for s in sightings if s.node.startswith(("disk-full /", "inodes-full /"))}
    for sighting in sightings:
        if not sighting.unit or not _lacks_space(sighting):
            continue
        mount = _mount_suffered(sighting, units.get(sighting.unit), sorted(full))
        if mount and near(sighting, full[mount]):
            yield sighting.node, full[mount].node
    yield from (
        (s.node, f"disk-full {s.subject}")
        for s in full.values()
        if f"disk-full {s.subject}" in {o.node for o in full.values()}
    )
    yield from _held_files(sightings, sorted(full))


def _lacks_space(sighting: Sighting) -> bool:
    """It says so; or it could not write, and says no reason."""
    cause = sighting.trigger.cause
    lacks = cause in ("disk-full", "inodes-full", "deleted-file-held")
    return lacks or (cause in SYMPTOMS and _UNWRITTEN.search(sighting.trigger.sample[:2000]) is not None)


def _from_mounts(sightings: Sequence[Sighting], units: Units) -> Iterator[Arrow]:
    """Whoever misses a path suffers from the mount that should hold it."""
    off = {unit.where: s.node for s in sightings if s.unit.endswith(".mount") and (unit := units.get(s.unit))}
    for sighting in sightings:
        cause = sighting.trigger.cause
        unit = units.get(sighting.unit)
        if unit is not None and (home := _home_of(unit, off)):
            yield sighting.node, off[home]
        if not sighting.unit or cause not in {"missing-path", "data-damaged", "missing-executable", *SYMPTOMS}:
            continue
        text = " ".join([sighting.trigger.sample[:2000], *(event.text[:2000] for event in sighting.trigger.words)])
        named = [sighting.trigger.fields.get("path", ""), *_PATH.findall(text)]
        mount = next((mount for path in named if path and (mount := mount_of(path, sorted(off)))), "")
        if mount:
            yield sighting.node, off[mount]


def _home_of(unit: UnitState, mounts: Collection[str]) -> str:
    """Of these mounts the one named as a failing service or its user is: it found other data than its own."""
    names = {unit.name.partition(".")[0], unit.user} - {"", "root"}
    return next((mount for mount in mounts if is_failing(unit) and names & set(PurePosixPath(mount).parts[2:])), "")


def _held_files(sightings: Sequence[Sighting], full: Sequence[str]) -> Iterator[Arrow]:
    for sighting in sightings:
        if sighting.trigger.cause == "deleted-file-held" and not sighting.unit:
            mount = mount_of(sighting.trigger.fields.get("path", sighting.subject), full)
            if mount:
                yield sighting.node, f"disk-full {mount}"


def _mount_suffered(sighting: Sighting, unit: UnitState | None, mounts: Sequence[str]) -> str:
    path = sighting.trigger.fields.get("path", "")
    named = [path] if path.startswith("/") else _PATH.findall(sighting.trigger.sample[:2000])
    paths = [mount_of(place, mounts) for place in [*named, *(paths_of(unit, with_program=True) if unit else [])]]
    certain = [place for place in paths if place and place != "/"]
    if certain:
        return certain[0]
    return mounts[0] if len(mounts) == 1 else ("/" if "/" in paths else "")


def _from_renewal(sightings: Sequence[Sighting], units: Units) -> Iterator[Arrow]:
    """A certificate expires because the timer that should renew it does not run."""
    timers = [s for s in sightings if s.trigger.cause == "timer-disabled" and is_unit(s.subject) and _renews(s, units)]
    if len({s.node for s in timers}) == 1:
        yield from ((s.node, timers[0].node) for s in sightings if s.trigger.cause == "certificate-expired")


def _renews(sighting: Sighting, units: Units) -> bool:
    unit = units.get(sighting.subject)
    return bool(_RENEWS.search(f"{sighting.subject} {unit.description if unit else ''}"))
