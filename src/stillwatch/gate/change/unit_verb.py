"""What all unit verbs share: one loaded unit as target, PID 1 asked before and after, polkit in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

import msgspec

from stillwatch.gate.change.action import Action, BlastRadius, Change, Precondition, Refused, Verb, Verification, World
from stillwatch.gate.change.declared_entry import failure, loaded
from stillwatch.records.unit import UnitState

PEEK_SECONDS: Final = 5.0
KINDS: Final = (".service", ".socket", ".timer", ".path")


class UnitVerb(Action):
    """verb: what PID 1 is told; back: what undoes it; doing, undoing: the words for both where others suffer.

    not_from, only_from: the states in which the verb makes no sense, or the only one in which it does.
    """

    verb: ClassVar[Verb]
    back: ClassVar[Verb | None] = None
    doing: ClassVar[str] = ""
    undoing: ClassVar[str] = ""
    not_from: ClassVar[tuple[str, ...]] = ()
    only_from: ClassVar[str] = ""
    example = "nginx.service"
    success = "PID 1 says that {target} is active, not restarted again, now and after 1 and 10 minutes"

    async def check_target(self, world: World, change: Change) -> None:
        if not change.target.endswith(KINDS):
            raise Refused(f"only {', '.join(KINDS)} units are touched")
        await loaded(world, change.target)

    def hindrance(self, unit: UnitState) -> str:
        """Why it makes no sense now, "" if it does."""
        if unit.active_state in self.not_from:
            return f"{unit.name} is already {unit.active_state}"
        fits = self.only_from in ("", unit.active_state)
        return "" if fits else f"{unit.name} is {unit.active_state}, not {self.only_from}: there is nothing to do"

    async def precondition(self, world: World, change: Change) -> Precondition:
        unit = await loaded(world, change.target)
        hindrance = self.hindrance(unit)
        return Precondition(
            ok=not hindrance,
            reason=hindrance or f"{unit.name} is {unit.active_state}",
            facts=unit_facts(unit),
            cause=failure(unit),
            touches=(unit.name,),
        )

    async def blast_radius(self, world: World, change: Change, *, undo: bool = False) -> BlastRadius:
        doing = self.undoing if undo else self.doing
        if not doing:
            return BlastRadius()
        others = await world.bus.dependants(change.target)
        units = (*(await loaded(world, change.target)).names, *others)
        seen = await dropped(world, units)
        sessions = tuple(sorted({*seen.sessions, *await world.bus.sessions(units)}))
        whose = " of " + ", ".join(one.removesuffix(".service") for one in seen.peers) if seen.peers else ""
        many = f"{seen.count} connection{'s' * (seen.count != 1)}"
        drops = f"{doing} {change.target.removesuffix('.service')} drops {many}{whose}"
        used = f"in use by open sessions: {', '.join(sessions)}"
        needed = f"{len(others)} active units need it: {', '.join(others)}"
        said = "; ".join([drops] * bool(seen.count) + [used] * bool(sessions) + [needed] * bool(others))
        return BlastRadius(said=said, dependants=others, connections=seen.count, sessions=sessions)

    async def run(self, world: World, change: Change) -> str:
        return await do(world, self.verb, change.target)

    def reached(self, unit: UnitState, before: Mapping[str, str]) -> bool:
        """Whether the unit is as the verb should leave it; one that had to be started again since is not."""
        ended_well = unit.kind == "oneshot" and unit.active_state == "inactive" and unit.result == "success"
        return (unit.active_state == "active" or ended_well) and unit.restarts == 0

    async def verify(self, world: World, change: Change, before: Mapping[str, str]) -> Verification:
        unit = await loaded(world, change.target)
        ok = self.reached(unit, before)
        worse = not ok and before.get("state") == "active" and unit.active_state in ("failed", "inactive")
        return Verification(ok=ok, said=f"{unit.name} is {unit.active_state} ({unit.sub_state})", worse=worse)

    async def undo(self, world: World, change: Change, before: Mapping[str, str]) -> str:
        return await do(world, self.back, change.target) if self.back else await super().undo(world, change, before)

    def is_back(self, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
        return now["state"] in (("active",) if self.back == "start" else ("inactive", "failed"))


class Dropped(msgspec.Struct, frozen=True):
    """What the peek program answers: connections, the units and the open sessions at their far ends."""

    count: int = 0
    peers: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()


async def dropped(world: World, units: Sequence[str]) -> Dropped:
    """What is not known is not said, and refuses nothing: it could only have raised a risk (decision 0006)."""
    try:
        async with asyncio.timeout(PEEK_SECONDS):
            return msgspec.convert(await world.peek({"see": "connections", "units": list(units)}), Dropped)
    except (Refused, TimeoutError, msgspec.ValidationError):
        return Dropped()


def unit_facts(unit: UnitState) -> dict[str, str]:
    """What identifies the state. A unit that is restarted again and again has no lasting invocation or state, and PID 1
    may forget the invocation of one that is down."""
    if unit.active_state == "inactive":
        return {"unit": unit.name, "state": "inactive"}
    if unit.restarts > 0 and unit.active_state != "failed":
        return {"unit": unit.name, "state": "restarting"}
    return {"unit": unit.name, "state": unit.active_state, "invocation": unit.invocation_id}


async def do(world: World, verb: Verb, name: str) -> str:
    """A job of PID 1's, waited for; what came of it. Raises Refused where it was dropped before it ran."""
    result = await world.bus.job(verb, name)
    if result in ("canceled", "collected", "skipped", "dependency", "unsupported", "invalid", "assert"):
        raise Refused(f"{verb} {name}: the job ended {result}")
    return f"{verb} {name}: the job ended {result}"
