"""Let PID 1 forget that a unit failed; nothing is started."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.action import Change, HostAccess
from stillwatch.gate.change.unit_verb import UnitVerb
from stillwatch.records.unit import UnitState


class ResetFailed(UnitVerb):
    name = "reset_failed"
    risk, undoable = "low", False
    only_from = "failed"
    does = "forget the failure of {target}"
    success = "PID 1 says that {target} is not failed, now and after 1 and 10 minutes"

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        await access.bus.reset_failed(change.target)
        return f"PID 1 has forgotten the failure of {change.target}"

    def reached(self, unit: UnitState, before: Mapping[str, str]) -> bool:
        return unit.active_state != "failed"
