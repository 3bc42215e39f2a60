"""The real host behind the actions: PID 1, the helpers' sockets, the policy's declared sets, the clock."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from stillwatch.gate.bus import SystemBus
from stillwatch.gate.change.action import Clock, Interrupted, NotInstalled, Refused
from stillwatch.gate.declared import Declared
from stillwatch.gate.protocol import MAX_BYTES, read_object
from stillwatch.host.auditlog import canonical
from stillwatch.host.boot import HostClock
from stillwatch.host.unixsockets import TooLong, peer_uid, read_all

HELPERS: Final = Path("/run/stillwatch-helpers")
ACT_DEADLINE: Final = 150.0
PEEK_DEADLINE: Final = 40.0
AT_ONCE: Final = 3
MOST_QUEUED: Final = 32
NIXOS_DEADLINE: Final = 1_800.0


class LiveHostAccess:
    """owner: the uid that must stand behind a helper's socket (systemd's, so root's; a trial's own).

    installed: whether the helpers belong to the installation, so that one which cannot be reached is a fault (R7).
    """

    def __init__(
        self,
        *,
        bus: SystemBus | None = None,
        clock: Clock | None = None,
        helpers: Path = HELPERS,
        owner: int = 0,
        installed: bool = True,
    ) -> None:
        self.bus = bus or SystemBus()
        self.clock: Clock = clock or HostClock()
        self.declared: Declared = Declared()
        self.helpers, self.owner, self.installed = helpers, owner, installed
        self.room, self.queued = asyncio.Semaphore(AT_ONCE), 0

    async def act(self, request: Mapping[str, object]) -> Mapping[str, object]:
        if str(request.get("do")).startswith("nix_"):
            return await self._ask("nixos", request, NIXOS_DEADLINE)
        return await self._ask("act", request, ACT_DEADLINE)

    async def peek(self, request: Mapping[str, object]) -> Mapping[str, object]:
        return await self._ask("peek", request, PEEK_DEADLINE)

    async def _ask(self, helper: str, request: Mapping[str, object], seconds: float) -> dict[str, Any]:
        """In its turn, and not in a longer queue than MOST_QUEUED: systemd runs only so many helpers at once (R41)."""
        if self.queued >= MOST_QUEUED:
            raise Refused(f"the {helper} helper is busy: {MOST_QUEUED} requests wait already")
        self.queued += 1
        try:
            async with self.room:
                return await self._ask_now(helper, request, seconds)
        finally:
            self.queued -= 1

    async def _ask_now(self, helper: str, request: Mapping[str, object], seconds: float) -> dict[str, Any]:
        """One line there, one object back; {"ok": false, "reason": …} means that nothing was changed."""
        sent = False
        judged_by = {"policy": self.declared.version} if self.declared.version else {}
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_unix_connection(str(self.helpers / f"{helper}.sock"))
                try:
                    self._check_owner(writer.get_extra_info("socket"))
                    sent = True
                    writer.write(canonical({**request, **judged_by}).encode() + b"\n")
                    writer.write_eof()
                    line = await read_all(reader, MAX_BYTES)
                finally:
                    writer.close()
            reply = read_object(line)
        except (ConnectionResetError, BrokenPipeError) as error:
            raise Refused(f"the {helper} helper is busy: it took no request") from error  # unix(7): nothing was read
        except (OSError, TimeoutError, Refused, TooLong) as error:
            if not self.installed and not sent:
                raise NotInstalled(f"there is no {helper} helper here: {error}") from error
            if sent and helper != "peek":
                raise Interrupted(f"the {helper} helper gave no clear answer: {error}") from error
            raise Refused(f"the {helper} helper does not answer: {error}") from error
        if reply.get("begun") is True:
            raise Interrupted(f"the {helper} helper: {reply.get('reason', 'no reason')}")
        if reply.get("ok") is not True:
            raise Refused(f"the {helper} helper refused: {reply.get('reason', 'no reason')}")
        return reply

    def _check_owner(self, door: socket.socket) -> None:
        if peer_uid(door) != self.owner:
            raise Refused("another user stands behind the helper's socket")
