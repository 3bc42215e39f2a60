"""One connection to the system's D-Bus: calls with a deadline, signals as they come, and one clear error."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, InvalidAddressError, InvalidMessageError

from stillwatch.errors import NotReachable, StillwatchError

DBUS: Final = "org.freedesktop.DBus"
DBUS_PATH: Final = "/org/freedesktop/DBus"
SYSTEM_SOCKET: Final = "unix:path=/run/dbus/system_bus_socket"
OUTSTANDING: Final = 64
"""Calls under way at once: a socket takes some 270 small messages, and dbus-fast gives up where it would block."""
_BROKEN = (OSError, EOFError, AuthError, InvalidAddressError, InvalidMessageError, ValueError, TypeError)


class BusError(StillwatchError):
    """The other side answered with an error; `name` is its D-Bus name."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{message} ({name})" if message else name)
        self.name = name


def system_address() -> str:
    """DBUS_SYSTEM_BUS_ADDRESS where it is set, else the well-known socket."""
    return os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") or SYSTEM_SOCKET


class Bus:
    """An open connection: `async with await Bus.connect(): …`."""

    def __init__(self, connection: MessageBus, address: str, deadline: float) -> None:
        self._connection = connection
        self._room = asyncio.Semaphore(OUTSTANDING)
        self.address = address
        self.deadline = deadline

    @classmethod
    async def connect(cls, address: str | None = None, *, deadline: float = 5.0) -> Self:
        """deadline: seconds for the connection and for each call. Raises NotReachable with the reason."""
        where = address or system_address()
        connection = None
        try:
            async with asyncio.timeout(deadline):
                connection = MessageBus(bus_address=where, bus_type=BusType.SYSTEM)
                await connection.connect()
        except TimeoutError as error:
            if connection is not None:
                connection.disconnect()
            raise NotReachable(f"the system bus at {where} did not answer in {deadline:g} s") from error
        except _BROKEN as error:
            raise NotReachable(f"no system bus at {where}: {_why(error)}") from error
        return cls(connection, where, deadline)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.disconnect()

    @property
    def open(self) -> bool:
        return bool(self._connection.connected)

    async def call(
        self, name: str, path: str, interface: str, member: str, signature: str = "", body: Sequence[object] = ()
    ) -> list[Any]:
        """The reply's body. Raises NotReachable (no answer, connection lost) or BusError (the other side refused)."""
        message = Message(
            destination=name,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        try:
            async with self._room, asyncio.timeout(self.deadline):
                reply = await self._connection.call(message)
        except TimeoutError as error:
            raise NotReachable(f"{name} did not answer {member} in {self.deadline:g} s") from error
        except _BROKEN as error:
            raise NotReachable(f"the system bus went away: {_why(error)}") from error
        if reply.message_type is MessageType.ERROR:
            raise BusError(reply.error_name or "error", str(reply.body[0]) if reply.body else "")
        return list(reply.body)

    async def listen(self, sender: str, rule: str, hear: Callable[[Message], None]) -> None:
        """Hear the signals of `sender`, a well-known name, that match `rule`, a D-Bus match rule without its sender.

        A match rule says what the bus sends us beside what is addressed to us, and any local user may address a signal
        to anybody. So each one's sender, which the bus itself writes, is held against the name's owner.
        """
        owner = ""

        def handler(message: Message) -> None:
            nonlocal owner
            if message.message_type is not MessageType.SIGNAL:
                return
            if message.sender == DBUS and message.member == "NameOwnerChanged" and message.body[0] == sender:
                owner = message.body[2]
            elif owner and message.sender == owner:
                hear(message)

        self._connection.add_message_handler(handler)
        await self._match(f"sender='{DBUS}',interface='{DBUS}',member='NameOwnerChanged',arg0='{sender}'")
        try:
            (owner,) = await self.call(DBUS, DBUS_PATH, DBUS, "GetNameOwner", "s", [sender])
        except BusError:
            owner = ""  # nobody yet: whoever takes the name is told
        await self._match(f"sender='{sender}',{rule}")

    async def _match(self, rule: str) -> None:
        await self.call(DBUS, DBUS_PATH, DBUS, "AddMatch", "s", [f"type='signal',{rule}"])

    async def closed(self) -> None:
        """Returns when the connection has ended, for whatever reason."""
        try:
            await self._connection.wait_for_disconnect()  # type: ignore[no-untyped-call]
        except _BROKEN:
            return


def _why(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
