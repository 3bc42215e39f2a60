"""Restart a unit that failed, hangs, or holds what it should let go."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.action import Arguments, Change, HostAccess
from stillwatch.gate.change.unit_verb import UnitVerb, do
from stillwatch.records.unit import UnitState
from stillwatch.unit.transaction import Job


class Restart(Arguments, frozen=True):
    """once: the proposer wants no second try; the limits (R11) hold whatever it says."""

    once: bool = False


class RestartUnit(UnitVerb):
    name, verb, back = "restart_unit", "restart", "start"
    risk, undoable = "low", True
    arguments = Restart
    does = "restart {target}"

    def hindrance(self, unit: UnitState) -> str:
        stopped = unit.active_state == "inactive" and unit.result in ("", "success")
        return f"somebody stopped {unit.name}, it did not fail" if stopped else ""

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        return await super().jobs(access, change, before, undo=undo or before.get("state") == "failed")

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        """Of a failed unit nothing runs: it is started, since a restart would take along what needs it. So is one that
        somebody else started meanwhile: that was not judged (R35)."""
        if before.get("state") != "failed":
            return await super().run(access, change, before)
        await access.bus.reset_failed(change.target)
        return await do(access, "start", change.target)

    def reached(self, unit: UnitState, before: Mapping[str, str]) -> bool:
        """Started anew, that is; the same invocation is the old process."""
        anew = unit.invocation_id == "" or unit.invocation_id != before.get("invocation")
        return anew and super().reached(unit, before)
