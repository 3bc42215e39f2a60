"""What all unit verbs share: one loaded unit as target, PID 1 asked before and after, polkit in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from stillwatch.gate.change.action import (
    Absent,
    Action,
    BlastRadius,
    Change,
    Precondition,
    Refused,
    Verification,
    World,
)
from stillwatch.gate.change.declared_entry import failure, loaded
from stillwatch.gate.units import check_unit_name
from stillwatch.records.unit import UnitState

KINDS: Final = (".service", ".socket", ".timer", ".path")


class UnitVerb(Action):
    """verb: what people read. A subclass says from which states it may start and does it."""

    verb: ClassVar[str]
    after: ClassVar[str] = "active"
    stops: ClassVar[bool] = False

    async def check_target(self, world: World, change: Change) -> None:
        check_unit_name(change.target)
        if not change.target.endswith(KINDS):
            raise Refused(f"only {', '.join(KINDS)} units are touched")
        if await world.bus.unit(change.target) is None:
            raise Absent(change.target)

    def hindrance(self, unit: UnitState) -> str:
        """Why it makes no sense now, "" if it does."""
        return ""

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

    async def verify(self, world: World, change: Change, before: Mapping[str, str]) -> Verification:
        unit = await loaded(world, change.target)
        ended_well = unit.kind == "oneshot" and unit.active_state == "inactive" and unit.result == "success"
        ok = unit.active_state == self.after or (self.after == "active" and ended_well)
        if self.after == "active" and unit.restarts > 0:
            ok = False
        worse = not ok and before.get("state") == "active" and unit.active_state in ("failed", "inactive")
        return Verification(ok=ok, said=f"{unit.name} is {unit.active_state} ({unit.sub_state})", worse=worse)

    def describe(self, change: Change) -> str:
        return f"{self.verb} {change.target}"

    def success_test(self, change: Change) -> str:
        return f"PID 1 says that {change.target} is {self.after}, not restarted again, now and after 1 and 10 minutes"


def unit_facts(unit: UnitState) -> dict[str, str]:
    """What identifies the state: a unit that is restarted again and again has no lasting invocation or state."""
    if unit.restarts > 0 and unit.active_state != "failed":
        return {"unit": unit.name, "state": "restarting"}
    return {"unit": unit.name, "state": unit.active_state, "invocation": unit.invocation_id}


def job_ended(verb: str, name: str, result: str) -> str:
    """The sentence; a job that was dropped before it ran changed nothing. Raises Refused for those."""
    if result in ("canceled", "collected", "skipped", "dependency", "unsupported", "invalid", "assert"):
        raise Refused(f"{verb} {name}: the job ended {result}")
    return f"{verb} {name}: the job ended {result}"
