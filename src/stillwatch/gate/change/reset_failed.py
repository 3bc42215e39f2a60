"""Let PID 1 forget that a unit failed; nothing is started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from stillwatch.gate.change.action import Change, Risk, Verification, World
from stillwatch.gate.change.declared_entry import loaded
from stillwatch.gate.change.unit_verb import UnitVerb
from stillwatch.records.unit import UnitState


class ResetFailed(UnitVerb):
    name = "reset_failed"
    verb = "forget the failure of"
    risk: ClassVar[Risk] = "low"
    undoable = False
    example = "nginx.service"
    after = "not failed"

    def hindrance(self, unit: UnitState) -> str:
        return "" if unit.active_state == "failed" else f"{unit.name} is {unit.active_state}, not failed"

    async def run(self, world: World, change: Change) -> str:
        await world.bus.reset_failed(change.target)
        return f"PID 1 has forgotten the failure of {change.target}"

    async def verify(self, world: World, change: Change, before: Mapping[str, str]) -> Verification:
        unit = await loaded(world, change.target)
        return Verification(ok=unit.active_state != "failed", said=f"{unit.name} is {unit.active_state}")
