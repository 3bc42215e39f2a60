"""What the actions on NixOS share: the peek program tells the facts, the NixOS program does it while they are so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from stillwatch.gate.change.action import Action, Change, HostAccess, Interrupted, Precondition, Verification
from stillwatch.unit.transaction import Job


class Seen(msgspec.Struct, frozen=True):
    """hindrance: why it makes no sense; units: what becomes of each that runs; done: whether it is as it should be."""

    hindrance: str
    said: str
    facts: dict[str, str]
    done: bool
    cause: str = ""
    units: dict[str, str] = {}


class OnNixos(Action):
    """verb: what the programs call it; restarts: whether the host may be worse for it."""

    verb: ClassVar[str]
    restarts: ClassVar[bool] = False

    async def seen(self, access: HostAccess, change: Change) -> Seen:
        """Raises Refused where the target is none."""
        return msgspec.convert(await access.peek({"see": self.verb, **_words(change)}), Seen)

    async def check_target(self, access: HostAccess, change: Change) -> None:
        await self.seen(access, change)

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        seen = await self.seen(access, change)
        host = {"host": await access.bus.system_state()} if self.restarts else {}
        return Precondition(
            ok=not seen.hindrance, reason=seen.hindrance or seen.said, facts={**seen.facts, **host}, cause=seen.cause
        )

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        """What a switch does with units that run; what does not run it leaves alone, or starts."""
        changed = (await self.seen(access, change)).units
        states = {name: await access.bus.unit(name) for name, verb in changed.items() if "@." not in name}
        running = [name for name, unit in states.items() if unit is not None and unit.active_state == "active"]
        return tuple(("stop" if changed[name] == "stop" else "restart", name) for name in running)

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        facts = {name: fact for name, fact in before.items() if name != "host"}
        return _said(await access.act({"do": self.verb, **_words(change), "facts": facts}))

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        seen = await self.seen(access, change)
        host = await access.bus.system_state()
        worse = self.restarts and before.get("host") == "running" != host
        finding = f"{seen.said}; PID 1 says that the host is {host}"
        return Verification(ok=seen.done and not worse, said=finding, worse=worse)


def _words(change: Change) -> dict[str, Any]:
    return {"target": change.target, **msgspec.structs.asdict(change.arguments)}


def _said(reply: Mapping[str, object]) -> str:
    """Raises Interrupted where the reply is none: then nobody knows what happened."""
    if not isinstance(finding := reply.get("said"), str):
        raise Interrupted("the reply does not say what was done")
    return finding
