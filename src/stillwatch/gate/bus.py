"""The verbs that change units, over D-Bus (org.freedesktop.systemd1(5)); polkit decides which of them we may."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any, Final

from dbus_fast import Message

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.gate.change.action import Interrupted, Refused
from stillwatch.host.bus import Bus, BusError
from stillwatch.host.pid1 import MANAGER, PATH, SYSTEMD, Pid1
from stillwatch.unit.transaction import Effects, Job, TooWide, Verb, effects

JOB_DEADLINE: Final = 120.0


class SystemBus(Pid1):
    """PID 1 as the actions see it (UnitBus)."""

    def __init__(self, address: str | None = None) -> None:
        super().__init__(address)
        self._ended: dict[str, asyncio.Future[str]] = {}
        """Of every job of the host that ends while one of ours is under way."""
        self._under_way = 0

    async def effects(self, jobs: Collection[Job]) -> Effects:
        try:
            return await effects(jobs, self.facts)
        except TooWide as error:
            raise Refused(str(error)) from error

    async def reset_failed(self, name: str) -> None:
        await self._do("ResetFailedUnit", "s", [name])

    async def ask(self, path: str, interface: str, member: str, signature: str, body: Sequence[Any]) -> list[Any]:
        """A question: whatever goes wrong, nothing was changed, and the answer is a refusal (R7)."""
        try:
            return await super().ask(path, interface, member, signature, body)
        except StillwatchError as error:
            raise Refused(f"systemd cannot be asked: {error}") from error

    async def _do(self, member: str, signature: str, body: list[Any]) -> list[Any]:
        """A verb: an error of systemd's changed nothing; no answer at all means that nobody knows (R29)."""
        await self.system_state()
        bus = await self.connected()
        try:
            return await bus.call(SYSTEMD, PATH, MANAGER, member, signature, body)
        except BusError as error:
            raise Refused(f"systemd refused {member}: {error}") from error
        except NotReachable as error:
            raise Interrupted(f"{member} was sent, and {error}") from error

    async def job(self, verb: Verb, name: str) -> str:
        """Queue it and wait for its end."""
        self._under_way += 1
        try:
            return await self._job(verb, name)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._ended.clear()

    async def _job(self, verb: Verb, name: str) -> str:
        path = (await self._do(f"{verb.capitalize()}Unit", "ss", [name, "replace"]))[0]
        try:
            async with asyncio.timeout(JOB_DEADLINE):
                return await self._end_of(path)
        except TimeoutError as error:
            raise Interrupted(f"{verb} {name}: no end within {JOB_DEADLINE:.0f} s") from error

    async def greet(self, bus: Bus) -> None:
        await bus.listen(SYSTEMD, f"interface='{MANAGER}',member='JobRemoved'", self._job_removed)
        await bus.call(SYSTEMD, PATH, MANAGER, "Subscribe")

    def _end_of(self, job: str) -> asyncio.Future[str]:
        return self._ended.setdefault(job, asyncio.get_running_loop().create_future())

    def _job_removed(self, message: Message) -> None:
        """Signal JobRemoved(u id, o job, s unit, s result); it may come before the reply that names the job."""
        if not self._under_way or message.member != "JobRemoved" or message.path != PATH:
            return
        if not (ended := self._end_of(message.body[1])).done():
            ended.set_result(message.body[3])
