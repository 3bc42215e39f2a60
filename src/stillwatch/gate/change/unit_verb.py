"""What all unit verbs share: one loaded unit as target, PID 1 asked before and after, polkit in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from stillwatch.gate.change.action import Action, BlastRadius, Change, Precondition, Refused, Verification, World
from stillwatch.gate.change.declared_entry import failure, here, loaded
from stillwatch.records.unit import UnitState

KINDS: Final = (".service", ".socket", ".timer", ".path")


class UnitVerb(Action):
    """verb: what PID 1 is told; back: what undoes it; stops: units that need this one go down with it.

    not_from, only_from: the states in which the verb makes no sense, or the only one in which it does.
    """

    verb: ClassVar[str]
    back: ClassVar[str] = ""
    stops: ClassVar[bool] = False
    not_from: ClassVar[tuple[str, ...]] = ()
    only_from: ClassVar[str] = ""
    example = "nginx.service"
    success = "PID 1 says that {target} is active, not restarted again, now and after 1 and 10 minutes"

    async def check_target(self, world: World, change: Change) -> None:
        if not change.target.endswith(KINDS):
            raise Refused(f"only {', '.join(KINDS)} units are touched")
        await here(world, change.target)

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

    async def blast_radius(self, world: World, change: Change) -> BlastRadius:
        others = await world.bus.dependants(change.target) if self.stops else ()
        said = f"{len(others)} active units need it: {', '.join(others)}" if others else ""
        return BlastRadius(said=said, dependants=others)

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

    async def undo(self, world: World, change: Change) -> str | None:
        return await do(world, self.back, change.target) if self.back else None


def unit_facts(unit: UnitState) -> dict[str, str]:
    """What identifies the state: a unit that is restarted again and again has no lasting invocation or state."""
    if unit.restarts > 0 and unit.active_state != "failed":
        return {"unit": unit.name, "state": "restarting"}
    return {"unit": unit.name, "state": unit.active_state, "invocation": unit.invocation_id}


async def do(world: World, verb: str, name: str) -> str:
    """One of PID 1's four jobs, waited for; what came of it. Raises Refused where it was dropped before it ran."""
    job = {"start": world.bus.start, "stop": world.bus.stop, "restart": world.bus.restart, "reload": world.bus.reload}
    return job_ended(verb, name, await job[verb](name))


def job_ended(verb: str, name: str, result: str) -> str:
    """The sentence; a job that was dropped before it ran changed nothing. Raises Refused for those."""
    if result in ("canceled", "collected", "skipped", "dependency", "unsupported", "invalid", "assert"):
        raise Refused(f"{verb} {name}: the job ended {result}")
    return f"{verb} {name}: the job ended {result}"
