"""Restart a unit that failed, hangs, or holds what it should let go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from stillwatch.gate.change.action import Arguments, Change, Risk, Verification, World
from stillwatch.gate.change.unit_verb import UnitVerb, job_ended
from stillwatch.records.unit import UnitState


class Restart(Arguments, frozen=True):
    """once: the proposer wants no second try; the limits (R11) hold whatever it says."""

    once: bool = False


class RestartUnit(UnitVerb):
    name = "restart_unit"
    verb = "restart"
    risk: ClassVar[Risk] = "low"
    undoable = True
    example = "nginx.service"
    arguments = Restart
    stops = True

    def hindrance(self, unit: UnitState) -> str:
        stopped = unit.active_state == "inactive" and unit.result in ("", "success")
        return f"somebody stopped {unit.name}, it did not fail" if stopped else ""

    async def run(self, world: World, change: Change) -> str:
        return job_ended("restart", change.target, await world.bus.restart(change.target))

    async def verify(self, world: World, change: Change, before: Mapping[str, str]) -> Verification:
        seen = await UnitVerb.verify(self, world, change, before)
        unit = await world.bus.unit(change.target)
        same = unit is not None and unit.invocation_id != "" and unit.invocation_id == before.get("invocation")
        return Verification(ok=False, said=f"{change.target} was not started anew") if same else seen

    async def undo(self, world: World, change: Change) -> str | None:
        return job_ended("start", change.target, await world.bus.start(change.target))
