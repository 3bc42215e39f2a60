"""Remove the declared lock of a dead process, then start its unit."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.action import Change, HostAccess, Precondition, Verification
from stillwatch.gate.change.declared_entry import OfUnit, bring_up, failure, loaded, number, unit_verdict
from stillwatch.gate.declared import Lock


class RemoveStaleLock(OfUnit[Lock]):
    name = "remove_stale_lock"
    risk, undoable = "low", False
    example, table = "app-pid", "locks"
    does = "remove the declared lock {target} of a dead process and start its unit"
    success = "the stale lock {target} is gone and its unit is not failed"

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        declared = self.entry(access, change)
        unit = await loaded(access, declared.unit)
        seen = await access.peek({"see": "lock", "name": declared.name})
        alive, failed = str(seen.get("alive", "")), failure(unit)
        stale = seen.get("there") is True and not alive
        if not failed:
            reason = f"{unit.name} is {unit.active_state}, not failed"
        else:
            reason = f"{declared.path} belongs to no living process" if stale else f"{declared.path}: {alive}"
        return Precondition(
            ok=stale and bool(failed),
            reason=reason,
            facts={"path": declared.path, "inode": str(number(seen, "inode")), "unit": unit.name},
            cause=f"{failed}; {reason}" if stale and failed else "",
            touches=(unit.name,),
        )

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        declared = self.entry(access, change)
        await access.act({"do": "remove_lock", "name": declared.name, "inode": int(before["inode"])})
        return f"removed {declared.path}" + await bring_up(access, declared.unit)

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        declared = self.entry(access, change)
        seen = await access.peek({"see": "lock", "name": declared.name})
        gone = seen.get("there") is not True or str(seen.get("inode")) != before.get("inode")
        return await unit_verdict(
            access, declared.unit, gone, "the stale lock is gone" if gone else "it is still there"
        )
