"""Let a running unit read its configuration again."""

from __future__ import annotations

from typing import ClassVar

from stillwatch.gate.change.action import Change, Risk, World
from stillwatch.gate.change.unit_verb import UnitVerb, job_ended
from stillwatch.records.unit import UnitState


class ReloadUnit(UnitVerb):
    name = "reload_unit"
    verb = "reload"
    risk: ClassVar[Risk] = "low"
    undoable = False
    example = "nginx.service"

    def hindrance(self, unit: UnitState) -> str:
        return "" if unit.active_state == "active" else f"{unit.name} is {unit.active_state}: nothing to reload"

    async def run(self, world: World, change: Change) -> str:
        return job_ended("reload", change.target, await world.bus.reload(change.target))
