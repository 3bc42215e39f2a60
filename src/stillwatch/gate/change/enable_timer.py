"""Enable and start a declared timer. The root program does it: polkit cannot tell one unit file from another."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.action import Change, HostAccess, Precondition, Refused, Verification
from stillwatch.gate.change.declared_entry import OnDeclared, loaded
from stillwatch.gate.declared import Timer
from stillwatch.unit.transaction import Job


class EnableTimer(OnDeclared[Timer]):
    name = "enable_timer"
    risk, undoable = "low", True
    example, table, keys = "logrotate.timer", "timers", ("unit",)
    does = "enable and start the timer {target}"
    undoes, restores = "turn the timer {target} off again", ("enabled", "state")
    success = "PID 1 says that {target} is enabled and waits for its next run"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        self.entry(access, change)
        await loaded(access, change.target)

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        timer = await loaded(access, change.target)
        along = await self.along(access, change)
        on = sorted(name for name, state in along.items() if state.startswith("enabled"))
        off = timer.enabled == "disabled" or timer.active_state != "active"
        may = off and not on and timer.enabled in ("disabled", "enabled", "static", "indirect")
        finding = f"{timer.name} is {timer.enabled or 'not enabled'} and {timer.active_state}"
        finding += f"; with it are enabled: {', '.join(sorted(along))}" if along else ""
        facts = {"unit": timer.name, "enabled": timer.enabled, "state": timer.active_state}
        return Precondition(
            ok=may,
            reason=f"{on[0]} is enabled already: turning {timer.name} off again would turn it off, too"
            if on
            else finding,
            facts={**facts, **({"along": " ".join(sorted(along))} if along else {})},
            cause=f"PID 1 says that {timer.name}, which should run, is off" if may else "",
            touches=(timer.name, *timer.triggers, *along),
        )

    async def along(self, access: HostAccess, change: Change) -> dict[str, str]:
        """What else is enabled with it, by its unit file (Also=), and how each is now; a protected one is refused."""
        seen = (await access.act({"do": "enables", "unit": change.target})).get("along")
        if not isinstance(seen, dict):
            raise Refused("the root program does not say what is enabled along")
        return {str(name): str(state) for name, state in seen.items()}

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        """What is enabled along starts with the next boot."""
        if undo:
            return (("stop", change.target),)
        return tuple(("start", unit) for unit in (change.target, *before.get("along", "").split()))

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        await access.act({"do": "enable_timer", "unit": change.target})
        return f"enabled and started {change.target}"

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        timer = await loaded(access, change.target)
        ok = timer.active_state == "active" and timer.enabled != "disabled"
        return Verification(ok=ok, said=f"{timer.name} is {timer.enabled} and {timer.active_state}")

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        """One that was enabled and did not run stays enabled."""
        verb = "disable" if before["enabled"] == "disabled" else "stop"
        await access.act({"do": f"{verb}_timer", "unit": change.target})
        return f"{verb} {change.target}: done"
