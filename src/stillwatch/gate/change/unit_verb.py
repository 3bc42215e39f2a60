"""What all unit verbs share: one loaded unit as target, PID 1 asked before and after, polkit in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Final

from stillwatch.gate.change.action import Action, Change, HostAccess, Precondition, Refused, Verification
from stillwatch.gate.change.declared_entry import failure, loaded
from stillwatch.gate.units import check_known
from stillwatch.records.unit import UnitState
from stillwatch.unit.transaction import Job, Verb

KINDS: Final = (".service", ".socket", ".timer", ".path")


class UnitVerb(Action):
    """verb: what PID 1 is told, None where no job is queued; back: what undoes it.

    not_from, only_from: the states in which the verb makes no sense, or the only one in which it does.
    """

    verb: ClassVar[Verb | None] = None
    back: ClassVar[Verb | None] = None
    not_from: ClassVar[tuple[str, ...]] = ()
    only_from: ClassVar[str] = ""
    example = "nginx.service"
    success = "PID 1 says that {target} is active, not restarted again, now and after 1 and 10 minutes"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        if not change.target.endswith(KINDS):
            raise Refused(f"only {', '.join(KINDS)} units are touched")
        check_known(await loaded(access, change.target))

    def hindrance(self, unit: UnitState) -> str:
        """Why it makes no sense now, "" if it does."""
        if unit.active_state in self.not_from:
            return f"{unit.name} is already {unit.active_state}"
        fits = self.only_from in ("", unit.active_state)
        return "" if fits else f"{unit.name} is {unit.active_state}, not {self.only_from}: there is nothing to do"

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        unit = await loaded(access, change.target)
        hindrance = self.hindrance(unit)
        return Precondition(
            ok=not hindrance,
            reason=hindrance or f"{unit.name} is {unit.active_state}",
            facts=unit_facts(unit),
            cause=failure(unit),
            touches=(unit.name,),
        )

    async def canonical(self, access: HostAccess, change: Change) -> Change:
        return replace(change, target=(await loaded(access, change.target)).name)

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        verb = self.back if undo else self.verb
        return ((verb, change.target),) if verb else ()

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        return await do(access, self.verb, change.target) if self.verb else ""

    def reached(self, unit: UnitState, before: Mapping[str, str]) -> bool:
        """Whether the unit is as the verb should leave it; one that had to be started again since is not."""
        ended_well = unit.kind == "oneshot" and unit.active_state == "inactive" and unit.result == "success"
        return (unit.active_state == "active" or ended_well) and unit.restarts == 0

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        unit = await loaded(access, change.target)
        ok = self.reached(unit, before)
        worse = not ok and before.get("state") == "active" and unit.active_state in ("failed", "inactive")
        return Verification(ok=ok, said=f"{unit.name} is {unit.active_state} ({unit.sub_state})", worse=worse)

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        return await do(access, self.back, change.target) if self.back else await super().undo(access, change, before)

    def is_back(self, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
        return now["state"] in (("active",) if self.back == "start" else ("inactive", "failed"))


def unit_facts(unit: UnitState) -> dict[str, str]:
    """What identifies the state. A unit that is restarted again and again has no lasting invocation or state, and PID 1
    may forget the invocation of one that is down."""
    if unit.active_state == "inactive":
        return {"unit": unit.name, "state": "inactive"}
    if unit.restarts > 0 and unit.active_state != "failed":
        return {"unit": unit.name, "state": "restarting"}
    return {"unit": unit.name, "state": unit.active_state, "invocation": unit.invocation_id}


async def do(access: HostAccess, verb: Verb, name: str) -> str:
    """A job of PID 1's, waited for; what came of it. Raises Refused where it was dropped before it ran."""
    result = await access.bus.job(verb, name)
    if result in ("canceled", "collected", "skipped", "dependency", "unsupported", "invalid", "assert"):
        raise Refused(f"{verb} {name}: the job ended {result}")
    return f"{verb} {name}: the job ended {result}"
