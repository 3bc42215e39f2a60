"""Take the mask of a declared unit away. Nothing is started by it: that is another change, judged by itself.

To PID 1 a masked unit is none: whether it is protected is read off its file, by the root program.
"""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.action import Change, HostAccess, Precondition, Refused, Verification
from stillwatch.gate.change.declared_entry import OnDeclared
from stillwatch.gate.declared import Needed


class UnmaskUnit(OnDeclared[Needed]):
    name = "unmask_unit"
    risk, undoable = "medium", True
    example, table, keys = "redis-server.service", "needed", ("unit",)
    does = "take the mask of {target} away, so that it can be started"
    undoes, restores = "mask {target} again", ("mask",)
    success = "PID 1 says that {target} is not masked"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        self.entry(access, change)

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        seen = await state(access, change)
        finding = f"{change.target} is {seen['mask'] or 'not masked'}"
        real = seen["file"].rpartition("/")[2]
        return Precondition(
            ok=bool(seen["mask"]),
            reason=f"{finding}; its file is {seen['file']}",
            facts={"unit": change.target, **seen},
            cause=f"PID 1 says that {finding}" if seen["mask"] else "",
            touches=() if real == change.target else (real,),
        )

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        await access.act({"do": "unmask", "unit": change.target})
        return f"took the mask of {change.target} away"

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        mask = (await state(access, change))["mask"]
        return Verification(ok=not mask, said=f"{change.target} is {mask or 'not masked'}")

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        await access.act({"do": "mask_again", "unit": change.target, "mask": before["mask"]})
        return f"masked {change.target} again"


async def state(access: HostAccess, change: Change) -> dict[str, str]:
    """Raises Refused where the root program does not say how it is masked and what it would be without."""
    seen = await access.act({"do": "mask_of", "unit": change.target})
    facts = {key: seen.get(key) for key in ("mask", "file")}
    if not all(isinstance(value, str) for value in facts.values()):
        raise Refused("the root program does not say how it is masked")
    return {key: str(value) for key, value in facts.items()}
