"""PID 1 over D-Bus (org.freedesktop.systemd1(5)): unit facts and the unit verbs; polkit decides what we may."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from dbus_fast import Message

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.gate.change.action import Interrupted, Refused
from stillwatch.host.bus import Bus, BusError
from stillwatch.records.unit import UnitState

SYSTEMD: Final = "org.freedesktop.systemd1"
PATH: Final = "/org/freedesktop/systemd1"
MANAGER: Final = f"{SYSTEMD}.Manager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
CALL_DEADLINE: Final = 5.0
JOB_DEADLINE: Final = 120.0
MAX_DEPENDANTS: Final = 500
NEEDED_BY: Final = ("RequiredBy", "BoundBy", "ConsistsOf", "RequisiteOf")
UP: Final = ("active", "activating", "reloading")


class SystemBus:
    """address: of another bus than the system's, for tests. Connects at the first call and again after a loss."""

    def __init__(self, address: str | None = None) -> None:
        self.address = address
        self._bus: Bus | None = None
        self._ended: dict[str, asyncio.Future[str]] = {}

    async def unit(self, name: str) -> UnitState | None:
        facts = await self._facts(name)
        return None if facts.get("LoadState") != "loaded" else _state(facts)

    async def dependants(self, name: str) -> tuple[str, ...]:
        found: set[str] = set()
        todo = [name]
        while todo:
            facts = await self._facts(todo.pop())
            fresh = {other for kind in NEEDED_BY for other in facts.get(kind, ())} - found - {name}
            if len(found) + len(fresh) > MAX_DEPENDANTS:
                raise Refused(f"more than {MAX_DEPENDANTS} units need {name}")
            found |= fresh
            todo += fresh
        return tuple(sorted([other for other in found if (await self._facts(other)).get("ActiveState") in UP]))

    async def system_state(self) -> str:
        return str((await self._ask(PATH, PROPERTIES, "Get", "ss", [MANAGER, "SystemState"]))[0].value)

    async def start(self, name: str) -> str:
        return await self._job("StartUnit", name)

    async def stop(self, name: str) -> str:
        return await self._job("StopUnit", name)

    async def restart(self, name: str) -> str:
        return await self._job("RestartUnit", name)

    async def reload(self, name: str) -> str:
        return await self._job("ReloadUnit", name)

    async def reset_failed(self, name: str) -> None:
        await self._do("ResetFailedUnit", "s", [name])

    async def close(self) -> None:
        if self._bus is not None:
            self._bus.close()

    async def _facts(self, name: str) -> dict[str, Any]:
        """All properties of the unit and, for a service, of its service interface."""
        path = (await self._ask(PATH, MANAGER, "LoadUnit", "s", [name]))[0]
        facts = await self._all(path, f"{SYSTEMD}.Unit")
        if facts.get("LoadState") == "loaded" and str(facts.get("Id", "")).endswith(".service"):
            facts |= await self._all(path, f"{SYSTEMD}.Service")
        return facts

    async def _all(self, path: str, interface: str) -> dict[str, Any]:
        body = (await self._ask(path, PROPERTIES, "GetAll", "s", [interface]))[0]
        return {name: variant.value for name, variant in body.items()}

    async def _ask(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> list[Any]:
        """A question: whatever goes wrong, nothing was changed."""
        try:
            return await (await self._connected()).call(SYSTEMD, path, interface, member, signature, body)
        except StillwatchError as error:
            raise Refused(f"systemd cannot be asked: {error}") from error

    async def _do(self, member: str, signature: str, body: list[Any]) -> list[Any]:
        """A verb: an error of systemd's changed nothing; no answer at all means that nobody knows (R29)."""
        await self.system_state()
        bus = await self._connected()
        try:
            return await bus.call(SYSTEMD, PATH, MANAGER, member, signature, body)
        except BusError as error:
            raise Refused(f"systemd refused {member}: {error}") from error
        except NotReachable as error:
            raise Interrupted(f"{member} was sent, and {error}") from error

    async def _job(self, verb: str, name: str) -> str:
        """Queue a job and wait for its end."""
        before = set(self._ended)
        path = (await self._do(verb, "ss", [name, "replace"]))[0]
        try:
            async with asyncio.timeout(JOB_DEADLINE):
                return await self._end_of(path)
        except TimeoutError as error:
            raise Interrupted(f"{verb} {name}: no end within {JOB_DEADLINE:.0f} s") from error
        finally:
            for path in set(self._ended) - before:
                del self._ended[path]

    async def _connected(self) -> Bus:
        if self._bus is None or not self._bus.open:
            self._bus = await Bus.connect(self.address, deadline=CALL_DEADLINE)
            match = f"type='signal',sender='{SYSTEMD}',interface='{MANAGER}',member='JobRemoved'"
            await self._bus.listen(match, self._job_removed)
            await self._bus.call(SYSTEMD, PATH, MANAGER, "Subscribe")
        return self._bus

    def _end_of(self, job: str) -> asyncio.Future[str]:
        return self._ended.setdefault(job, asyncio.get_running_loop().create_future())

    def _job_removed(self, message: Message) -> None:
        """Signal JobRemoved(u id, o job, s unit, s result); it may come before the reply that names the job."""
        if message.member == "JobRemoved" and message.path == PATH and not self._end_of(message.body[1]).done():
            self._end_of(message.body[1]).set_result(message.body[3])


def _state(facts: dict[str, Any]) -> UnitState:
    names = tuple(sorted(facts.get("Names", ())))
    first = (facts.get("ExecStart") or [[None, ()]])[0]
    return UnitState(
        name=facts["Id"],
        names=names,
        description=facts.get("Description", ""),
        load_state=facts["LoadState"],
        active_state=facts.get("ActiveState", ""),
        sub_state=facts.get("SubState", ""),
        enabled=facts.get("UnitFileState", ""),
        kind=facts.get("Type", ""),
        result=facts.get("Result", ""),
        exit_code=facts.get("ExecMainCode", 0),
        exit_status=facts.get("ExecMainStatus", 0),
        main_pid=facts.get("MainPID", 0),
        restarts=facts.get("NRestarts", 0),
        need_reload=facts.get("NeedDaemonReload", False),
        fragment_path=facts.get("FragmentPath", ""),
        exec_start=tuple(first[1]),
        environment=dict(each.partition("=")[::2] for each in facts.get("Environment", ())),
        user=facts.get("User", ""),
        control_group=facts.get("ControlGroup", ""),
        invocation_id=bytes(facts.get("InvocationID", b"")).hex(),
        changed_at=facts.get("StateChangeTimestamp", 0) / 1e6,
        requires=tuple(sorted(facts.get("Requires", ()))),
        wants=tuple(sorted(facts.get("Wants", ()))),
        after=tuple(sorted(facts.get("After", ()))),
        required_by=tuple(sorted(facts.get("RequiredBy", ()))),
        triggered_by=tuple(sorted(facts.get("TriggeredBy", ()))),
        triggers=tuple(sorted(facts.get("Triggers", ()))),
    )
