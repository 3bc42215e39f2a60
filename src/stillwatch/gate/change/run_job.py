"""Run a declared job again that has failed, once what made it fail is gone."""

from __future__ import annotations

from stillwatch.gate.change.action import Change, HostAccess, Precondition
from stillwatch.gate.change.declared_entry import failure, find, loaded
from stillwatch.gate.change.run_runbook import RunRunbook, what_it_runs


class RunJob(RunRunbook):
    name = "run_job"
    example = "nightly-copy.service"
    does = "run the declared job {target} once more"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        find(access.declared.jobs, change.target, "unit")
        await loaded(access, change.target)

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        unit = await loaded(access, change.target)
        failed = unit.active_state == "failed"
        oneshot = unit.kind == "oneshot"
        return Precondition(
            ok=failed and oneshot,
            reason=f"{unit.name} is {unit.active_state if oneshot else 'no oneshot unit'}",
            facts={"unit": unit.name, "exec": what_it_runs(unit), "invocation": unit.invocation_id},
            cause=failure(unit),
            touches=(unit.name,),
        )
