"""Delete declared rotated logs, the old ones, and nothing else in their directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final

from msgspec import Meta

from stillwatch.gate.change.action import Arguments, Change, HostAccess, Precondition, Refused, Verification
from stillwatch.gate.change.declared_entry import OnDeclared, number
from stillwatch.gate.declared import RotatedLogs

FULL: Final = 90


class OnMount(Arguments, frozen=True):
    """mount: the full file system that the proposer means; the declared directory must lie on it."""

    mount: Annotated[str, Meta(max_length=255)] = ""


class DeleteRotatedLogs(OnDeclared[RotatedLogs]):
    name = "delete_rotated_logs"
    risk, undoable = "medium", False
    example, arguments = "nginx-logs", OnMount
    table, keys = "rotated_logs", ("name", "directory")
    does = "delete the old rotated logs that the policy declares as {target}"
    success = f"the file system is below {FULL} % (if it was full), and no declared old log is left"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        mount = getattr(change.arguments, "mount", "")
        directory = self.entry(access, change).directory
        if mount and f"{directory}/".startswith(f"{mount.rstrip('/')}/") is False:
            raise Refused(f"{directory} does not lie below the file system that is meant")

    async def canonical(self, access: HostAccess, change: Change) -> Change:
        return replace(await super().canonical(access, change), arguments=OnMount())

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        declared = self.entry(access, change)
        seen = await access.peek({"see": "logs", "name": declared.name})
        count, used = number(seen, "count"), number(seen, "used_percent")
        full = f"the kernel says that the file system of {declared.directory} is {used} % full"
        return Precondition(
            ok=count > 0,
            reason=f"{count} rotated logs in {declared.directory} may go; its file system is {used} % full",
            facts={"directory": declared.directory, "pattern": declared.pattern, "full": str(used >= FULL)},
            cause=full if used >= FULL else "",
        )

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        done = await access.act({"do": "delete_logs", "name": self.entry(access, change).name})
        return f"deleted {number(done, 'removed')} rotated logs, {number(done, 'bytes') // 1_048_576} MiB"

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        seen = await access.peek({"see": "logs", "name": self.entry(access, change).name})
        used, left = number(seen, "used_percent"), number(seen, "count")
        ok = used < FULL if before.get("full") == "True" else left == 0
        return Verification(ok=ok, said=f"its file system is {used} % full, {left} old logs are left")
