"""Enable and start a declared timer. The root program does it: polkit cannot tell one unit file from another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from stillwatch.gate.change.action import Absent, Action, Change, Precondition, Risk, Verification, World
from stillwatch.gate.change.declared_entry import find, loaded
from stillwatch.gate.units import check_unit_name


class EnableTimer(Action):
    name = "enable_timer"
    risk: ClassVar[Risk] = "low"
    undoable = True
    example = "logrotate.timer"

    async def check_target(self, world: World, change: Change) -> None:
        check_unit_name(change.target)
        find(world.declared.timers, change.target, "unit")
        if await world.bus.unit(change.target) is None:
            raise Absent(change.target)

    async def precondition(self, world: World, change: Change) -> Precondition:
        timer = await loaded(world, change.target)
        off = timer.enabled == "disabled" or timer.active_state != "active"
        may = off and timer.enabled in ("disabled", "enabled", "static", "indirect")
        return Precondition(
            ok=may,
            reason=f"{timer.name} is {timer.enabled or 'not enabled'} and {timer.active_state}",
            facts={"unit": timer.name, "enabled": timer.enabled, "state": timer.active_state},
            cause=f"PID 1 says that {timer.name}, which should run, is off" if may else "",
            touches=(timer.name, *timer.triggers),
        )

    async def run(self, world: World, change: Change) -> str:
        await world.act({"do": "enable_timer", "unit": change.target})
        return f"enabled and started {change.target}"

    async def verify(self, world: World, change: Change, before: Mapping[str, str]) -> Verification:
        timer = await loaded(world, change.target)
        ok = timer.active_state == "active" and timer.enabled != "disabled"
        return Verification(ok=ok, said=f"{timer.name} is {timer.enabled} and {timer.active_state}")

    async def undo(self, world: World, change: Change) -> str | None:
        await world.act({"do": "disable_timer", "unit": change.target})
        return f"disabled {change.target}"

    def describe(self, change: Change) -> str:
        return f"enable and start the timer {change.target}"

    def success_test(self, change: Change) -> str:
        return f"PID 1 says that {change.target} is enabled and waits for its next run"
