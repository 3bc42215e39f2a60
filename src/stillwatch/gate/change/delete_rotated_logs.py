"""Delete declared rotated logs, the old ones, and nothing else in their directory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from msgspec import Meta

from stillwatch.gate.change.action import Action, Arguments, Change, Precondition, Refused, Risk, Verification, World
from stillwatch.gate.change.declared_entry import find, number
from stillwatch.gate.declared import RotatedLogs

FULL: Final = 90


class OnMount(Arguments, frozen=True):
    """mount: the full file system that the proposer means; the declared directory must lie on it."""

    mount: Annotated[str, Meta(max_length=255)] = ""


class DeleteRotatedLogs(Action):
    name = "delete_rotated_logs"
    risk: ClassVar[Risk] = "medium"
    undoable = False
    example = "nginx-logs"
    arguments = OnMount

    async def check_target(self, world: World, change: Change) -> None:
        mount = getattr(change.arguments, "mount", "")
        directory = entry(world, change).directory
        if mount and f"{directory}/".startswith(f"{mount.rstrip('/')}/") is False:
            raise Refused(f"{directory} does not lie below the file system that is meant")

    async def precondition(self, world: World, change: Change) -> Precondition:
        declared = entry(world, change)
        seen = await world.peek({"see": "logs", "name": declared.name})
        count, used = number(seen, "count"), number(seen, "used_percent")
        return Precondition(
            ok=count > 0,
            reason=f"{count} rotated logs in {declared.directory} may go; its file system is {used} % full",
            facts={"directory": declared.directory, "pattern": declared.pattern, "full": str(used >= FULL)},
            cause=f"the kernel says that the file system of {declared.directory} is {used} % full"
            if used >= FULL
            else "",
        )

    async def run(self, world: World, change: Change) -> str:
        done = await world.act({"do": "delete_logs", "name": entry(world, change).name})
        return f"deleted {number(done, 'removed')} rotated logs, {number(done, 'bytes') // 1_048_576} MiB"

    async def verify(self, world: World, change: Change, before: Mapping[str, str]) -> Verification:
        seen = await world.peek({"see": "logs", "name": entry(world, change).name})
        used, left = number(seen, "used_percent"), number(seen, "count")
        ok = used < FULL if before.get("full") == "True" else left == 0
        return Verification(ok=ok, said=f"its file system is {used} % full, {left} old logs are left")

    def describe(self, change: Change) -> str:
        return f"delete the old rotated logs that the policy declares as {change.target}"

    def success_test(self, change: Change) -> str:
        return f"the file system is below {FULL} % (if it was full), and no declared old log is left"


def entry(world: World, change: Change) -> RotatedLogs:
    return find(world.declared.rotated_logs, change.target, "name", "directory")
