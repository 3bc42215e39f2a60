"""PID 1 over D-Bus (org.freedesktop.systemd1(5)): unit facts and the unit verbs; polkit decides what we may."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus

from stillwatch.gate.change.action import Interrupted, Refused
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
        self._bus: MessageBus | None = None
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
        return str(await self._property(PATH, MANAGER, "SystemState"))

    async def start(self, name: str) -> str:
        return await self._job("StartUnit", name)

    async def stop(self, name: str) -> str:
        return await self._job("StopUnit", name)

    async def restart(self, name: str) -> str:
        return await self._job("RestartUnit", name)

    async def reload(self, name: str) -> str:
        return await self._job("ReloadUnit", name)

    async def reset_failed(self, name: str) -> None:
        await self._call(PATH, MANAGER, "ResetFailedUnit", "s", [name])

    async def close(self) -> None:
        if self._bus is not None:
            self._bus.disconnect()

    async def _facts(self, name: str) -> dict[str, Any]:
        """All properties of the unit and, for a service, of its service interface."""
        path = (await self._call(PATH, MANAGER, "LoadUnit", "s", [name]))[0]
        facts = await self._all(path, f"{SYSTEMD}.Unit")
        if facts.get("LoadState") == "loaded" and str(facts.get("Id", "")).endswith(".service"):
            facts |= await self._all(path, f"{SYSTEMD}.Service")
        return facts

    async def _all(self, path: str, interface: str) -> dict[str, Any]:
        body = (await self._call(path, PROPERTIES, "GetAll", "s", [interface]))[0]
        return {name: variant.value for name, variant in body.items()}

    async def _property(self, path: str, interface: str, name: str) -> Any:
        return (await self._call(path, PROPERTIES, "Get", "ss", [interface, name]))[0].value

    async def _job(self, verb: str, name: str) -> str:
        """Queue a job and wait for its end. Raises Refused before it was queued, Interrupted if its end is not seen."""
        before = set(self._ended)
        path = (await self._call(PATH, MANAGER, verb, "ss", [name, "replace"]))[0]
        ended = self._ended.setdefault(path, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(JOB_DEADLINE):
                return await ended
        except TimeoutError as error:
            raise Interrupted(f"{verb} {name}: no end within {JOB_DEADLINE:.0f} s") from error
        finally:
            for path in set(self._ended) - before:
                del self._ended[path]

    async def _call(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> list[Any]:
        message = Message(
            destination=SYSTEMD, path=path, interface=interface, member=member, signature=signature, body=body
        )
        try:
            async with asyncio.timeout(CALL_DEADLINE):
                reply = await (await self._connected()).call(message)
        except TimeoutError as error:
            raise _late(member) from error
        except (OSError, EOFError, ValueError, AttributeError) as error:
            self._bus = None
            raise Refused(f"systemd cannot be asked: {error!r}") from error
        if reply is None or reply.message_type is not MessageType.METHOD_RETURN:
            raise Refused(f"systemd refused {member}: {reply.body[0] if reply and reply.body else 'no reason'}")
        return list(reply.body)

    async def _connected(self) -> MessageBus:
        if self._bus is None or not self._bus.connected:
            bus = MessageBus(bus_address=self.address, bus_type=BusType.SYSTEM)
            self._bus = await bus.connect()
            bus.add_message_handler(self._job_removed)
            match = f"type='signal',sender='{SYSTEMD}',interface='{MANAGER}',member='JobRemoved'"
            await bus.call(
                Message(
                    destination="org.freedesktop.DBus",
                    path="/org/freedesktop/DBus",
                    interface="org.freedesktop.DBus",
                    member="AddMatch",
                    signature="s",
                    body=[match],
                )
            )
            await bus.call(Message(destination=SYSTEMD, path=PATH, interface=MANAGER, member="Subscribe"))
        return self._bus

    def _job_removed(self, message: Message) -> None:
        """Signal JobRemoved(u id, o job, s unit, s result); it may come before the reply that names the job."""
        if message.message_type is MessageType.SIGNAL and message.member == "JobRemoved" and message.path == PATH:
            future = self._ended.setdefault(message.body[1], asyncio.get_running_loop().create_future())
            if not future.done():
                future.set_result(message.body[3])


def _late(member: str) -> Exception:
    """A verb that got no answer may have been begun; a question was merely not answered."""
    late = f"systemd did not answer {member} within {CALL_DEADLINE:.0f} s"
    return Interrupted(late) if member.endswith("Unit") and member != "LoadUnit" else Refused(late)


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
