"""Stop a unit that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from stillwatch.gate.change.action import Change, Risk, Verification, World
from stillwatch.gate.change.declared_entry import loaded
from stillwatch.gate.change.unit_verb import UnitVerb, job_ended
from stillwatch.records.unit import UnitState


class StopUnit(UnitVerb):
    name = "stop_unit"
    verb = "stop"
    risk: ClassVar[Risk] = "medium"
    undoable = True
    example = "nginx.service"
    after = "inactive"
    stops = True

    def hindrance(self, unit: UnitState) -> str:
        return f"{unit.name} is already {unit.active_state}" if unit.active_state in ("inactive", "failed") else ""

    async def run(self, world: World, change: Change) -> str:
        return job_ended("stop", change.target, await world.bus.stop(change.target))

    async def verify(self, world: World, change: Change, before: Mapping[str, str]) -> Verification:
        unit = await loaded(world, change.target)
        down = unit.active_state in ("inactive", "failed")
        return Verification(ok=down, said=f"{unit.name} is {unit.active_state}")

    async def undo(self, world: World, change: Change) -> str | None:
        return job_ended("start", change.target, await world.bus.start(change.target))
