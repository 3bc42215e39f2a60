"""Give a declared path its declared owner, group and mode; below it owners alone, and only where that is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stillwatch.gate.change.action import Change, HostAccess, Precondition, Refused, Verification
from stillwatch.gate.change.declared_entry import ForUnit, OnDeclared, bring_up, failure, loaded
from stillwatch.gate.declared import Ownership
from stillwatch.unit.transaction import Job


class RepairOwnership(OnDeclared[Ownership]):
    name = "repair_ownership"
    risk, undoable = "low", True
    example, arguments, table = "app-data", ForUnit, "ownership"
    does = "set owner, group and mode of {target} as the policy declares them"
    undoes, restores = "give {target} back the owner, group and mode that it had", ("now",)
    success = "owner, group and mode of {target} are as declared, and its unit is not failed"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        self.entry(access, change)
        if hint(change):
            await loaded(access, hint(change))

    async def canonical(self, access: HostAccess, change: Change) -> Change:
        unit = (await loaded(access, hint(change))).name if hint(change) else ""
        return replace(await super().canonical(access, change), arguments=ForUnit(unit=unit))

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        return (("start", hint(change)),) if hint(change) and not undo else ()

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        declared = self.entry(access, change)
        seen = await access.peek({"see": "ownership", "name": declared.name})
        now, wrong = shown(seen.get("now")), seen.get("right") is False
        unit = await loaded(access, hint(change)) if hint(change) else None
        finding = f"{declared.path} is {now}, declared are {declared.owner}:{declared.group} {declared.mode}"
        return Precondition(
            ok=wrong,
            reason=finding if wrong else f"{declared.path} is as declared",
            facts={"path": declared.path, "now": now},
            cause=f"the kernel says that {finding}" if wrong else "",
            touches=(unit.name,) if unit and failure(unit) else (),
        )

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        declared = self.entry(access, change)
        await access.act({"do": "own", "name": declared.name})
        after = await bring_up(access, hint(change)) if hint(change) else ""
        return f"{declared.path} belongs to {declared.owner}:{declared.group}, mode {declared.mode}{after}"

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        declared = self.entry(access, change)
        seen = await access.peek({"see": "ownership", "name": declared.name})
        well = not hint(change) or not failure(await loaded(access, hint(change)))
        finding = f"{declared.path} is {shown(seen.get('now'))}" + ("" if well else f"; {hint(change)} is still failed")
        return Verification(ok=seen.get("right") is True and well, said=finding)

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        declared = self.entry(access, change)
        await access.act({"do": "own_back", "name": declared.name})
        return f"{declared.path} is as it was before"

    def describe(self, change: Change) -> str:
        return super().describe(change) + (f", then start {hint(change)} if it failed" if hint(change) else "")


def hint(change: Change) -> str:
    return str(getattr(change.arguments, "unit", ""))


def shown(facts: object) -> str:
    if not isinstance(facts, Mapping) or any(type(facts.get(key)) is not int for key in ("uid", "gid", "mode")):
        raise Refused("the peek program gave no owner")
    return f"{facts['uid']}:{facts['gid']} {facts['mode']:04o}"
