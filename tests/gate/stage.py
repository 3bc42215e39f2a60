"""A host of units that counts every change, and a gate over it: what the gate's tests stand on."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from stillwatch.config import Paths
from stillwatch.gate import protocol
from stillwatch.gate.admin_verbs import AdminVerbs
from stillwatch.gate.change.action import (
    Absent,
    Action,
    Arguments,
    Change,
    HostAccess,
    Interrupted,
    NotInstalled,
    Precondition,
    Refused,
    Verification,
)
from stillwatch.gate.change.undo import Undo
from stillwatch.gate.core import Peer
from stillwatch.gate.database import GateDatabase
from stillwatch.gate.declared import Declared
from stillwatch.gate.judge import Judge
from stillwatch.gate.server import Admission, Server, open_doors
from stillwatch.gate.units import check_unit_name
from stillwatch.host.auditlog import canonical
from stillwatch.records.unit import UnitState
from stillwatch.unit.transaction import Effects, Job, effects

DAEMON = Peer(uid=991, door="propose")
ADMIN = Peer(uid=1000, door="admin")
ROOT = Peer(uid=0, door="admin")
BOOT = "boot-one"

POLICY = """
protected = ["ledger.service"]
[[rule]]
name = "web"
actions = ["restart_unit", "reset_failed"]
targets = ["web.service", "web@*.service"]
verdict = "allow"
[[rule]]
name = "never-batch"
targets = ["batch.service"]
verdict = "refuse"
reason = "batch jobs are left alone"
[[rule]]
name = "rest"
actions = ["restart_unit", "stop_unit", "reset_failed"]
targets = ["*.service"]
verdict = "ask"
"""


class StillClock:
    """Time stands still until a test moves it."""

    def __init__(self) -> None:
        self.wall, self.up = 1_790_000_000.0, 5_000.0

    def now(self) -> float:
        return self.wall

    def boot(self) -> float:
        return self.up

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.up += seconds


def failed(name: str, **facts: Any) -> UnitState:
    return UnitState(name=name, **{"names": (name,), "load_state": "loaded", "active_state": "failed", **facts})


def running(name: str, **facts: Any) -> UnitState:
    return failed(name, **{"active_state": "active", **facts})


class Units:
    """PID 1, played: `done` lists every verb that would have changed the machine."""

    def __init__(self, *units: UnitState) -> None:
        self.units = {name: unit for unit in units for name in (unit.name, *unit.names)}
        self.needed_by: dict[str, tuple[str, ...]] = {}
        self.links: dict[str, dict[str, Any]] = {}
        self.logged_in: dict[str, tuple[str, ...]] = {}
        self.done: list[tuple[str, str]] = []
        self.state = "running"
        self.result = "done"
        self.stays_down = False
        self.gate: asyncio.Event | None = None

    async def unit(self, name: str) -> UnitState | None:
        return self.units.get(name)

    async def facts(self, name: str) -> dict[str, Any]:
        unit = self.units.get(name) or UnitState(name=name, load_state="not-found", active_state="inactive")
        known = {"Id": unit.name, "LoadState": unit.load_state, "ActiveState": unit.active_state}
        return {**known, "RequiredBy": self.needed_by.get(name, ()), **self.links.get(unit.name, {})}

    async def effects(self, jobs: Collection[Job]) -> Effects:
        return await effects(jobs, self.facts)

    async def sessions(self, units: Collection[str]) -> tuple[str, ...]:
        return tuple(session for unit in units for session in self.logged_in.get(unit, ()))

    async def system_state(self) -> str:
        return self.state

    async def _do(self, verb: str, name: str, active: str) -> str:
        self.done.append((verb, name))
        if self.gate is not None:
            await self.gate.wait()
        if not self.stays_down:
            unit = replace(self.units[name], active_state=active, invocation_id=f"i{len(self.done)}")
            self.units |= dict.fromkeys((unit.name, *unit.names), unit)
        return self.result

    async def job(self, verb: str, name: str) -> str:
        return await self._do(verb, name, "inactive" if verb == "stop" else "active")

    async def reset_failed(self, name: str) -> None:
        await self._do("reset-failed", name, "inactive")


@dataclass
class Stage:
    """The played host."""

    bus: Units
    clock: StillClock = field(default_factory=StillClock)
    declared: Declared = field(default_factory=Declared)

    asked: list[Mapping[str, object]] = field(default_factory=list)

    async def act(self, request: Mapping[str, object]) -> Mapping[str, object]:
        self.asked.append(request)
        raise Refused("no root helper here")

    async def peek(self, request: Mapping[str, object]) -> Mapping[str, object]:
        raise NotInstalled("no peek helper here")


class Delay(Arguments, frozen=True):
    seconds: int = 0


class Restart(Action):
    """Restart, as simple as can be; the real actions have tests of their own."""

    name, risk, undoable, arguments = "restart_unit", "low", True, Delay

    async def check_target(self, access: HostAccess, change: Change) -> None:
        if await access.bus.unit(check_unit_name(change.target)) is None:
            raise Absent(change.target)

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        unit = await access.bus.unit(change.target)
        assert unit is not None
        down = unit.active_state == "failed"
        return Precondition(
            ok=True,
            reason=f"{unit.name} is {unit.active_state}",
            facts={"unit": unit.name, "state": unit.active_state, "invocation": unit.invocation_id},
            cause=f"{unit.name} is failed, says PID 1" if down else "",
            touches=(unit.name,),
        )

    async def canonical(self, access: HostAccess, change: Change) -> Change:
        unit = await access.bus.unit(change.target)
        assert unit is not None
        return replace(change, target=unit.name)

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        return (("restart", change.target),)

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        result = await access.bus.job("restart", change.target)
        if result == "lost":
            raise Interrupted("nobody saw the end")
        if result == "broken":
            raise RuntimeError("broken")
        if result != "done":
            raise Refused(f"the job ended {result}")
        return f"restarted {change.target}"

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        unit = await access.bus.unit(change.target)
        if unit is None:
            raise RuntimeError("gone")
        well = unit.active_state == "active"
        return Verification(
            ok=well, said=f"{unit.name} is {unit.active_state}", worse=not well and before["state"] == "active"
        )

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        if access.bus.result == "no-undo":  # type: ignore[attr-defined]
            raise Refused("polkit says no")
        if access.bus.result == "undo-breaks":  # type: ignore[attr-defined]
            raise RuntimeError("cannot")
        await access.bus.job("start", change.target)
        return f"started {change.target} again"

    def describe(self, change: Change) -> str:
        return f"restart {change.target}"

    def success_test(self, change: Change) -> str:
        return f"{change.target} is active"


class Stop(Restart):
    name, risk, undoable = "stop_unit", "medium", True
    undoes, restores = "start {target} again", ("state",)

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        return await access.bus.job("stop", change.target)

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        unit = await access.bus.unit(change.target)
        return Verification(ok=unit is not None and unit.active_state == "inactive", said="looked at")


class ResetFailed(Restart):
    name, undoable, arguments = "reset_failed", False, Arguments

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        await access.bus.reset_failed(change.target)
        return "reset"

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        return Verification(ok=True, said="")


class TakenBack(Restart):
    """A restart that a person could take back."""

    undoes = "stop {target} again"


ACTIONS: dict[str, Action] = {action.name: action for action in (Restart(), Stop(), ResetFailed(), Undo())}

TAKEN_BACK: dict[str, Action] = {**ACTIONS, "restart_unit": TakenBack()}


def some_units() -> Units:
    return Units(
        failed("web.service"),
        failed("web2.service"),
        failed("mail.service", names=("mail.service", "smtp.service")),
        running("db.service"),
        running("batch.service"),
        running("ledger.service"),
        running("ssh.service", names=("ssh.service", "sshd.service")),
        running("ssh.socket", triggers=("ssh-session@1.service",)),
        running("relay.service", triggered_by=("ssh.socket",)),
        running("getty@tty1.service"),
        running("dbus.service"),
    )


def make_gate(
    folder: Path,
    *,
    stage: Stage | None = None,
    level: str = "auto-full",
    policy: str = POLICY,
    trial_uid: int | None = None,
    anchor: Any = lambda seq, digest: True,
    boot: str = BOOT,
    keep: int = 50_000,
    catalogue: Mapping[str, Action] = ACTIONS,
) -> AdminVerbs:
    """A gate over `folder`; its policy lies beside the state, owned by whoever runs the test."""
    state = folder / "gate"
    state.mkdir(mode=0o700, exist_ok=True)
    file = folder / "policy.toml"
    file.write_text(policy)
    stage = stage or Stage(some_units())
    gate = Bench(
        database=GateDatabase(state, stage.clock, anchor, keep),
        judge=Judge(stage, catalogue, "host-one"),
        boot_id=boot,
        ceiling=level,
        policy_file=file,
        trial_uid=trial_uid,
    )
    gate.performer.recover()
    return gate


class Bench(AdminVerbs):
    """The policy file of a test needs no `policy apply`."""

    def _trusted_policy(self) -> Any:
        import os

        from stillwatch.gate.policy import load_policy

        return load_policy(self.policy_file, frozenset({os.getuid()}))


def request(verb: str, **fields: Any) -> Any:
    return protocol.read_request(canonical({"verb": verb, **fields}).encode() + b"\n")


async def say(gate: AdminVerbs, peer: Peer, verb: str, **fields: Any) -> dict[str, Any]:
    return await gate.answer(peer, request(verb, **fields))


async def propose(gate: AdminVerbs, target: str, action: str = "restart_unit", **arguments: Any) -> dict[str, Any]:
    return await say(gate, DAEMON, "propose", action=action, target=target, arguments=arguments)


def bus_of(gate: AdminVerbs) -> Units:
    return gate.judge.access.bus  # type: ignore[return-value]


def clock_of(gate: AdminVerbs) -> StillClock:
    return gate.clock  # type: ignore[return-value]


def kinds(gate: AdminVerbs) -> list[str]:
    return [record.shown()["kind"] for record in gate.database.records(0, 10_000)]


def places_in(folder: Path) -> Paths:
    return Paths(
        config_file=folder / "stillwatch.toml",
        state=folder / "state",
        runtime=folder / "run",
        gate_state=folder / "gate",
        gate_runtime=folder / "run/gate",
        models=folder / "models",
        trial=True,
    )


@asynccontextmanager
async def served(gate: AdminVerbs, folder: Path, admission: Admission | None = None, deadline: float = 5.0) -> Any:
    """The gate behind its real sockets, for this process's uid."""
    import os

    mine = frozenset({os.getuid()})
    admission = admission or Admission(proposers=mine, admins=mine, trial=True)
    server = Server(gate, admission, deadline=deadline)
    await server.listen(open_doors(folder / "run/gate", 0o600))
    try:
        yield server
    finally:
        await server.close()
