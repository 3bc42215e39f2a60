"""Put a declared file back as it was when it last passed its test, test it, and start the unit that failed of it."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.action import Change, HostAccess, Precondition, Verification
from stillwatch.gate.change.declared_entry import OfUnit, bring_up, failure, loaded, unit_verdict
from stillwatch.gate.declared import RestorableFile


class RestoreFile(OfUnit[RestorableFile]):
    name = "restore_file"
    risk, undoable = "medium", True
    example, table = "nginx-conf", "files"
    does = "restore the declared file {target} from its last good copy, test it, start its failed unit"
    undoes, restores = "put {target} back as it was before it was restored", ("sha256",)
    success = "the declared test of {target} passes and its unit is not failed"

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        declared = self.entry(access, change)
        unit = await loaded(access, declared.unit)
        file = await access.act({"do": "file", "name": declared.name})
        passed = (await access.act({"do": "test", "name": declared.name})).get("passed") is True
        if not file.get("good"):
            reason = f"there is no good copy of {declared.path}"
        elif file.get("same") is True:
            reason = f"{declared.path} is the good copy already"
        else:
            reason = ""
        broken = f"the test of {declared.path} fails" if not passed else ""
        return Precondition(
            ok=not reason,
            reason=reason or broken or f"{declared.path} differs from its good copy",
            facts={"path": declared.path, "sha256": str(file.get("sha256")), "good": str(file.get("good"))},
            cause="; ".join(filter(None, (failure(unit), broken))) if broken and not reason else "",
            touches=(unit.name,),
        )

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        declared = self.entry(access, change)
        await access.act({"do": "restore", "name": declared.name, "sha256": before["good"]})
        return f"put the good copy of {declared.path} back; it passes its test" + await bring_up(access, declared.unit)

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        declared = self.entry(access, change)
        passed = (await access.act({"do": "test", "name": declared.name})).get("passed") is True
        finding = f"the test of {declared.path} {'passes' if passed else 'fails'}"
        return await unit_verdict(access, declared.unit, passed, finding)

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        """Only what was restored is replaced: the good copy of then."""
        declared = self.entry(access, change)
        await access.act({"do": "put_back", "name": declared.name, "sha256": before["good"]})
        return f"put {declared.path} back as it was before"
