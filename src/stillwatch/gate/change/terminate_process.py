"""End the stray process that holds the port of a failed unit, then start the unit. Never a process of another unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta

from stillwatch.gate.change.action import Action, Arguments, Change, HostAccess, Precondition, Refused, Verification
from stillwatch.gate.change.declared_entry import bring_up, failure, loaded, unit_verdict
from stillwatch.gate.protocol import named
from stillwatch.unit.names import lies_in
from stillwatch.unit.transaction import Job


class Holder(Arguments, frozen=True):
    """port: the one it holds; unit: the failed unit that needs it."""

    port: Annotated[int, Meta(ge=1, le=65535)]
    unit: Annotated[str, Meta(max_length=255)]


class TerminateProcess(Action):
    """The target is a pid; the gate itself asks the kernel who listens, and the root program asks once more."""

    name = "terminate_process"
    risk, undoable = "medium", False
    example, arguments = "4711", Holder
    does = "end process {target}, which holds port {port}, and start {unit}"
    success = "the process no longer listens on port {port} and {unit} runs"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        if not re.fullmatch(r"[1-9][0-9]{0,9}", change.target, re.ASCII) or change.target == "1":
            raise Refused("not the number of a process that may be ended")
        await loaded(access, held(change).unit)

    async def canonical(self, access: HostAccess, change: Change) -> Change:
        unit = (await loaded(access, held(change).unit)).name
        return replace(change, arguments=Holder(port=held(change).port, unit=unit))

    def about(self, access: HostAccess, change: Change) -> tuple[str, ...]:
        """The unit it is for: that lasts, a process does not."""
        return (held(change).unit,)

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        return (("start", held(change).unit),)

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        port = held(change).port
        unit = await loaded(access, held(change).unit)
        holder = await self._holder(access, change)
        if holder is None:
            return Precondition(ok=False, reason=f"process {change.target} does not listen on port {port}")
        failed = failure(unit)
        belongs = str(holder.get("unit", ""))
        stray = belongs.startswith("user@") or lies_in(str(holder.get("cgroup")), unit.name)
        foreign = belongs.endswith(".service") and not stray
        who, whose = named(str(holder["comm"])), named(belongs) if belongs else "no unit"
        finding = f"process {change.target} ({who}) of {whose} listens on port {port}"
        facts = {key: str(holder[key]) for key in ("pid", "start", "comm", "uid", "cgroup")}
        return Precondition(
            ok=bool(failed) and not foreign,
            reason=f"{finding}; {unit.name} is {unit.active_state}",
            facts={**facts, "unit": unit.name},
            cause=f"{failed}; the kernel says that {finding}" if failed and not foreign else "",
            touches=(unit.name, belongs) if foreign else (unit.name,),
        )

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        port, unit = held(change).port, held(change).unit
        request = {
            "do": "terminate",
            "pid": int(change.target),
            "start": int(before["start"]),
            "port": port,
            "unit": unit,
        }
        done = await access.act(request)
        ended = "ended" if done.get("ended") is True else "did not end"
        return f"process {change.target} {ended}" + await bring_up(access, unit)

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        holder = await self._holder(access, change)
        gone = holder is None or str(holder["start"]) != before.get("start")
        return await unit_verdict(access, held(change).unit, gone, "it is gone" if gone else "it still listens")

    async def _holder(self, access: HostAccess, change: Change) -> Mapping[str, Any] | None:
        seen = await access.peek({"see": "port", "port": held(change).port})
        holders = seen.get("holders")
        if not isinstance(holders, list):
            raise Refused("the peek program gave no list of processes")
        return next((one for one in holders if str(one.get("pid")) == change.target), None)


def held(change: Change) -> Holder:
    assert isinstance(change.arguments, Holder)
    return change.arguments
