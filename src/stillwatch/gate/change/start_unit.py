"""Start a unit that is down."""

from __future__ import annotations

from typing import ClassVar

from stillwatch.gate.change.action import Change, Risk, World
from stillwatch.gate.change.unit_verb import UnitVerb, job_ended
from stillwatch.records.unit import UnitState


class StartUnit(UnitVerb):
    name = "start_unit"
    verb = "start"
    risk: ClassVar[Risk] = "low"
    undoable = True
    example = "nginx.service"

    def hindrance(self, unit: UnitState) -> str:
        return f"{unit.name} is already {unit.active_state}" if unit.active_state in ("active", "reloading") else ""

    async def run(self, world: World, change: Change) -> str:
        return job_ended("start", change.target, await world.bus.start(change.target))

    async def undo(self, world: World, change: Change) -> str | None:
        return job_ended("stop", change.target, await world.bus.stop(change.target))
