"""Start a runbook or cleaner that the administrator wrote and declared. Nothing is passed to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from stillwatch.gate.change.action import Action, Change, HostAccess, Precondition, Verification
from stillwatch.gate.change.declared_entry import find, loaded
from stillwatch.gate.change.unit_verb import do
from stillwatch.gate.protocol import named
from stillwatch.records.unit import UnitState
from stillwatch.unit.transaction import Job

FULL: Final = 90


class RunRunbook(Action):
    name = "run_runbook"
    risk, undoable = "low", False
    example = "session-cleaner.service"
    does = "run the declared unit {target} once"
    success = "PID 1 says that {target} ran and ended with success"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        find((*access.declared.runbooks, *access.declared.cleaners), change.target, "unit")
        await loaded(access, change.target)

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        unit = await loaded(access, change.target)
        idle = unit.active_state in ("inactive", "failed")
        oneshot = unit.kind == "oneshot"
        return Precondition(
            ok=idle and oneshot,
            reason=f"{unit.name} is {unit.active_state if oneshot else 'no oneshot unit'}",
            facts={"unit": unit.name, "exec": what_it_runs(unit), "invocation": unit.invocation_id},
            cause=await self._lack_of_space(access, change),
            touches=(unit.name,),
        )

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        return (("start", change.target),)

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        return await do(access, "start", change.target)

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        unit = await loaded(access, change.target)
        # PID 1 forgets a oneshot that ended well, and its invocation with it; one that failed it keeps.
        ran = unit.invocation_id == "" or unit.invocation_id != before.get("invocation")
        ok = ran and unit.active_state in ("inactive", "active") and unit.result == "success"
        return Verification(ok=ok, said=f"{unit.name} ended with {unit.result or unit.active_state}")

    async def _lack_of_space(self, access: HostAccess, change: Change) -> str:
        """A cleaner's trusted cause; a runbook has none that the gate could know."""
        if all(change.target != cleaner.unit for cleaner in access.declared.cleaners):
            return ""
        seen = (await access.peek({"see": "space"})).get("mounts")
        full = [one for one in seen if max(one["used"], one["inodes"]) >= FULL] if isinstance(seen, list) else []
        shown = ", ".join(f"{named(str(one['mount']))} ({one['used']} %, inodes {one['inodes']} %)" for one in full)
        return f"the kernel says that these are full: {shown}" if full else ""


def what_it_runs(unit: UnitState) -> str:
    """A hash of all its command lines: what is approved is these."""
    return hashlib.sha256("\n".join((*unit.exec_start, *unit.commands)).encode()).hexdigest()
