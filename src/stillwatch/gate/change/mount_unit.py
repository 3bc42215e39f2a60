"""Mount what is to be mounted at a declared place. The root program does it: for unit verbs mounts are protected."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.action import Change, HostAccess, Precondition, Refused, Verification
from stillwatch.gate.change.declared_entry import OnDeclared, number
from stillwatch.gate.declared import MountPoint
from stillwatch.unit.names import CHECKED, mount_unit
from stillwatch.unit.transaction import Job


class MountUnit(OnDeclared[MountPoint]):
    name = "mount_unit"
    risk, undoable = "medium", True
    example, table, keys = "/srv/photos", "mounts", ("path",)
    does = "mount what is to be mounted at {target}"
    undoes, restores = "unmount {target} again", ("what",)
    success = "something is mounted at {target}"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        self.entry(access, change)

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        what, entries = await seen(access, change)
        mounted = what != ""
        unit = await access.bus.unit(mount_unit(change.target))
        known = unit is not None and unit.load_state == "loaded"
        finding = f"{change.target} is {'' if mounted else 'not '}mounted"
        hindrance = finding if mounted else "" if known else f"PID 1 knows no mount for {change.target}"
        if entries and not mounted:
            hindrance = f"{finding}, and {entries} entries lie in the bare directory, which mounting would hide"
        return Precondition(
            ok=not hindrance,
            reason=hindrance or finding,
            facts={"path": change.target, "what": f"{what} {unit.invocation_id if unit else ''}" if mounted else ""},
            cause=f"the kernel says that {finding}" if not hindrance else "",
        )

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        return (("stop" if undo else "start", mount_unit(change.target)),)

    def meant(self, access: HostAccess, change: Change) -> tuple[str, ...]:
        return (mount_unit(change.target), CHECKED)

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        await access.act({"do": "mount", "point": change.target})
        return f"mounted {change.target}"

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        mounted = (await seen(access, change))[0] != ""
        return Verification(ok=mounted, said=f"{change.target} is {'' if mounted else 'not '}mounted")

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        await access.act({"do": "unmount", "point": change.target})
        return f"unmounted {change.target}"


async def seen(access: HostAccess, change: Change) -> tuple[str, int]:
    """What is mounted there, by device and inode, "" for nothing; and how many entries lie there otherwise."""
    facts = await access.peek({"see": "mount", "point": change.target})
    if not isinstance(what := facts.get("what"), str):
        raise Refused("the peek program does not say whether it is mounted")
    return what, number(facts, "entries")
