"""Lead a declared link that leads to no whole release to the newest one that is, and start its failed unit."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.action import Change, HostAccess, Precondition, Refused, Verification
from stillwatch.gate.change.declared_entry import OfUnit, bring_up, failure, loaded, unit_verdict
from stillwatch.gate.declared import Releases


class RepointSymlink(OfUnit[Releases]):
    name = "repoint_symlink"
    risk, undoable = "medium", True
    example, table = "shop-release", "releases"
    does = "lead the declared link {target} to the newest whole release, and start its failed unit"
    undoes, restores = "lead {target} back to where it led", ("leads",)
    success = "the link {target} leads to a whole release and its unit is not failed"

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        declared = self.entry(access, change)
        unit = await loaded(access, declared.unit)
        seen, whole = await self.seen(access, change)
        leads, newest = seen["leads"], seen["newest"]
        if whole:
            reason = f"{declared.path} leads to {leads}, which is whole"
        else:
            reason = f"{declared.path} leads to {leads}, which is no whole release; the newest is {newest or 'nowhere'}"
        return Precondition(
            ok=bool(newest) and not whole,
            reason=reason,
            facts={"path": declared.path, "leads": leads, "newest": newest},
            cause=f"{failure(unit)}; {reason}" if failure(unit) and not whole else "",
            touches=(unit.name,),
        )

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        declared = self.entry(access, change)
        request = {"do": "repoint", "name": declared.name, "leads": before["leads"], "to": before["newest"]}
        await access.act(request)
        return f"{declared.path} leads to {before['newest']}" + await bring_up(access, declared.unit)

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        seen, whole = await self.seen(access, change)
        return await unit_verdict(access, self.entry(access, change).unit, whole, f"it leads to {seen['leads']}")

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        declared = self.entry(access, change)
        request = {"do": "repoint_back", "name": declared.name, "leads": before["newest"], "to": before["leads"]}
        await access.act(request)
        return f"{declared.path} leads to {before['leads']} again"

    async def seen(self, access: HostAccess, change: Change) -> tuple[dict[str, str], bool]:
        """Where it leads and where it would, and whether the first is a whole release."""
        seen = await access.peek({"see": "release", "name": self.entry(access, change).name})
        facts = {key: seen.get(key) for key in ("leads", "newest")}
        if not all(isinstance(value, str) for value in facts.values()) or type(seen.get("whole")) is not bool:
            raise Refused("the peek program does not say where it leads")
        return {key: str(value) for key, value in facts.items()}, seen["whole"] is True
