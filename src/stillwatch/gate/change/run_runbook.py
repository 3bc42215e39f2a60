"""Start a runbook or cleaner that the administrator wrote and declared. Nothing is passed to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from stillwatch.gate.change.action import Absent, Action, Change, Precondition, Risk, Verification, World
from stillwatch.gate.change.declared_entry import find, loaded
from stillwatch.gate.change.unit_verb import job_ended
from stillwatch.gate.units import check_unit_name

FULL: Final = 90


class RunRunbook(Action):
    name = "run_runbook"
    risk: ClassVar[Risk] = "low"
    undoable = False
    example = "session-cleaner.service"

    async def check_target(self, world: World, change: Change) -> None:
        check_unit_name(change.target)
        find((*world.declared.runbooks, *world.declared.cleaners), change.target, "unit")
        if await world.bus.unit(change.target) is None:
            raise Absent(change.target)

    async def precondition(self, world: World, change: Change) -> Precondition:
        unit = await loaded(world, change.target)
        idle = unit.active_state in ("inactive", "failed")
        oneshot = unit.kind == "oneshot"
        reason = f"{unit.name} is {unit.active_state}" if oneshot else f"{unit.name} is no oneshot unit"
        return Precondition(
            ok=idle and oneshot,
            reason=reason,
            facts={"unit": unit.name, "exec": " ".join(unit.exec_start), "invocation": unit.invocation_id},
            cause=await self._lack_of_space(world, change),
            touches=(unit.name,),
        )

    async def run(self, world: World, change: Change) -> str:
        return job_ended("start", change.target, await world.bus.start(change.target))

    async def verify(self, world: World, change: Change, before: Mapping[str, str]) -> Verification:
        unit = await loaded(world, change.target)
        ran = unit.invocation_id != before.get("invocation")
        ok = ran and unit.active_state in ("inactive", "active") and unit.result == "success"
        return Verification(ok=ok, said=f"{unit.name} ended with {unit.result or unit.active_state}")

    async def _lack_of_space(self, world: World, change: Change) -> str:
        """A cleaner's trusted cause; a runbook has none that the gate could know."""
        if all(change.target != cleaner.unit for cleaner in world.declared.cleaners):
            return ""
        seen = (await world.peek({"see": "space"})).get("mounts")
        full = [one for one in seen if max(one["used"], one["inodes"]) >= FULL] if isinstance(seen, list) else []
        shown = ", ".join(f"{one['mount']} ({one['used']} %, inodes {one['inodes']} %)" for one in full)
        return f"the kernel says that these are full: {shown}" if full else ""

    def describe(self, change: Change) -> str:
        return f"run the declared unit {change.target} once"

    def success_test(self, change: Change) -> str:
        return f"PID 1 says that {change.target} ran and ended with success"
