"""Whom a change would hit: the units, connections and sessions that go down with it, its backups, the whole host."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from stillwatch.gate.change.action import BlastRadius, HostAccess, Refused
from stillwatch.unit.transaction import Effects, Job, Verb

PEEK_SECONDS: Final = 5.0
MOST_DOWN: Final = 500
DOWN: Final[tuple[Verb, ...]] = ("stop", "restart")
DOING: Final[Mapping[Verb, str]] = {
    "start": "starting",
    "stop": "stopping",
    "restart": "restarting",
    "reload": "reloading",
}


async def blast_radius(access: HostAccess, jobs: Collection[Job], effects: Effects) -> BlastRadius:
    """jobs: what PID 1 would be told; effects: all that it would do then. Raises Refused beyond MOST_DOWN units."""
    if effects.isolates:
        raise Refused(f"all other units would stop: {effects.isolates[0]} isolates what is started when it ends")
    asked_for = {unit for _, unit in jobs}
    down = tuple(unit for unit in effects.of(*DOWN) if unit in effects.up)
    others = tuple(unit for unit in down if unit not in asked_for)
    if len(down) > MOST_DOWN:
        raise Refused(f"more than {MOST_DOWN} units would go down")
    units = tuple(sorted({name for unit in down for name in await _names(access, unit)}))
    seen = await dropped(access, units) if down else Dropped()
    sessions = tuple(sorted({*seen.sessions, *(await access.bus.sessions(units) if down else ())}))
    sentences = [f"the host may be hit: {one}" for one in effects.dire]
    sentences += [_drops(jobs, seen), f"in use by open sessions: {', '.join(sessions)}" if sessions else ""]
    for verb in DOING:
        also = [unit for unit in effects.of(verb) if unit not in asked_for and (unit in others or verb not in DOWN)]
        what = f"{len(also)} {'active ' * (verb in DOWN)}unit{'s' * (len(also) != 1)}"
        sentences.append(f"may also {verb} {what}: {', '.join(also)}" if also else "")
    return BlastRadius(
        said="; ".join(filter(None, sentences)),
        dependants=others,
        connections=seen.count,
        sessions=sessions,
        dire=effects.dire,
    )


def _drops(jobs: Collection[Job], seen: Dropped) -> str:
    whose = " of " + ", ".join(one.removesuffix(".service") for one in seen.peers) if seen.peers else ""
    doing = ", ".join(f"{DOING[verb]} {unit.removesuffix('.service')}" for verb, unit in jobs)
    return f"{doing} drops {seen.count} connection{'s' * (seen.count != 1)}{whose}" if seen.count else ""


async def _names(access: HostAccess, unit: str) -> tuple[str, ...]:
    known = await access.bus.unit(unit)
    return known.names if known else (unit,)


class Dropped(msgspec.Struct, frozen=True):
    """What the peek program answers: connections, the units and the open sessions at their far ends."""

    count: int = 0
    peers: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()


async def dropped(access: HostAccess, units: Sequence[str]) -> Dropped:
    """What is not known is not said, and refuses nothing: it could only have raised a risk (decision 0006)."""
    try:
        async with asyncio.timeout(PEEK_SECONDS):
            return msgspec.convert(await access.peek({"see": "connections", "units": list(units)}), Dropped)
    except (Refused, TimeoutError, msgspec.ValidationError):
        return Dropped()
