"""What the actions on declared things share: the entry by its name or its exact path, and the unit brought up after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Generic, TypeVar, cast

from msgspec import Meta

from stillwatch.gate.change.action import (
    Absent,
    Action,
    Arguments,
    Change,
    HostAccess,
    Interrupted,
    Refused,
    Verification,
)
from stillwatch.gate.units import check_unit_name
from stillwatch.records.unit import UnitState
from stillwatch.unit.transaction import Job

T = TypeVar("T")


class ForUnit(Arguments, frozen=True):
    """unit: which unit the proposer means; it must be the declared one, and changes nothing."""

    unit: Annotated[str, Meta(max_length=255)] = ""


class OnDeclared(Action, Generic[T]):
    """An action on an entry of one table of the policy file, named by one of `keys`."""

    table: ClassVar[str]
    keys: ClassVar[tuple[str, ...]] = ("name", "path")

    def entry(self, access: HostAccess, change: Change) -> T:
        return cast("T", find(getattr(access.declared, self.table), change.target, *self.keys))

    def about(self, access: HostAccess, change: Change) -> tuple[str, ...]:
        return tuple(getattr(self.entry(access, change), key) for key in self.keys)

    async def canonical(self, access: HostAccess, change: Change) -> Change:
        return replace(change, target=self.about(access, change)[0])


class OfUnit(OnDeclared[T]):
    """Of entries that belong to a unit, which is brought up once they are mended."""

    arguments = ForUnit

    async def check_target(self, access: HostAccess, change: Change) -> None:
        unit, argued = getattr(self.entry(access, change), "unit", ""), getattr(change.arguments, "unit", "")
        if argued not in ("", unit):
            raise Refused(f"the policy file declares it for {unit}, not for another unit")

    async def canonical(self, access: HostAccess, change: Change) -> Change:
        return replace(await super().canonical(access, change), arguments=ForUnit())

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        return () if undo else (("start", getattr(self.entry(access, change), "unit", "")),)


def find(entries: Sequence[T], target: str, *keys: str) -> T:
    """The declared entry that the target names. Raises Refused where none or several do (R3, R15)."""
    found = [one for one in entries if target in [getattr(one, key) for key in keys]]
    if len(found) != 1:
        raise Refused("the policy file declares nothing of that name" if not found else "the policy file declares two")
    return found[0]


async def loaded(access: HostAccess, name: str) -> UnitState:
    """The unit that PID 1 knows. Raises Refused for a bad name, Absent for a unit that this host does not have."""
    unit = await access.bus.unit(check_unit_name(name))
    if unit is None:
        raise Absent(name)
    return unit


def failure(unit: UnitState) -> str:
    """The trusted cause (R12): what PID 1 says of a unit that is not well, "" if it is."""
    if unit.active_state == "failed":
        return f"PID 1 says that {unit.name} is failed ({unit.result or 'no result'})"
    if unit.active_state == "activating" and (unit.sub_state == "auto-restart" or unit.restarts > 0):
        return f"PID 1 says that {unit.name} fails and is started again and again"
    return ""


async def bring_up(access: HostAccess, name: str) -> str:
    """Start the unit that failed of it, with its count of tries forgotten; what came of it, to be added to the rest."""
    unit = await loaded(access, name)
    if not failure(unit):
        return ""
    try:
        await access.bus.reset_failed(unit.name)
        return f"; starting {unit.name}: " + await access.bus.job("start", unit.name)
    except Refused as refused:
        return f"; {unit.name} could not be started: {refused}"


async def unit_verdict(access: HostAccess, name: str, done: bool, finding: str) -> Verification:
    """Done, and the unit that suffered from it is well (a oneshot that ended well is)."""
    unit = await loaded(access, name)
    return Verification(ok=done and not failure(unit), said=f"{finding}; {unit.name} is {unit.active_state}")


def number(reply: Any, key: str) -> int:
    """A whole number of a reply. Raises Interrupted where it is none: then nobody knows what happened."""
    value = reply.get(key)
    if type(value) is not int:
        raise Interrupted(f"the reply has no number {key}")
    return value
