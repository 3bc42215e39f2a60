"""systemd's units as PID 1 tells them over D-Bus. Only ever reads (org.freedesktop.systemd1(5))."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from dbus_fast import Message

from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.host.bus import Bus, BusError
from stillwatch.host.cleaners import own_services
from stillwatch.host.timers import remembered
from stillwatch.host.unit_files import installed
from stillwatch.host.unitstate import as_state
from stillwatch.records.unit import UnitState
from stillwatch.unit.names import is_unit, mount_unit

NAME: Final = "org.freedesktop.systemd1"
ROOT: Final = "/org/freedesktop/systemd1"
MANAGER: Final = f"{NAME}.Manager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
KINDS: Final = (".service", ".socket", ".timer", ".mount")
LOADED: Final = ("loaded", "bad-setting", "error")
DETAILS: Final = 400
NEVER: Final = 2**63
PENDING: Final = 4096


class Listed(NamedTuple):
    """One row of ListUnits."""

    name: str
    description: str
    load_state: str
    active_state: str
    sub_state: str
    path: str


class Timer(NamedTuple):
    """next_at: wall time of the next run; next_monotonic: the same on the monotonic clock; 0.0 where none is planned.

    last_at: wall time of the last run, 0.0 if it never ran.
    """

    state: UnitState
    next_at: float
    next_monotonic: float
    last_at: float


def full_name(name: str) -> str:
    """The name with its suffix: "nginx" gives "nginx.service".

    Raises WrongUsage for what cannot be a unit's name (at most 255 ASCII characters).
    """
    whole = name if is_unit(name) else f"{name}.service"
    if not is_unit(whole):
        raise WrongUsage(f"{name[:80]!r} is not the name of a unit")
    return whole


class Systemd:
    """A view of PID 1. Opens its connection at first use and again after it was lost.

    Every method raises NotReachable where systemd is not the init, the bus is absent or no answer comes in time.
    """

    def __init__(self, address: str | None = None, *, deadline: float = 5.0) -> None:
        self.address = address
        self.deadline = deadline
        self.dropped = 0
        self._bus: Bus | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._bus is not None:
            self._bus.close()
        self._bus = None

    async def version(self) -> str:
        """What PID 1 calls its version ("252.38-1~deb12u1"): the cheapest proof that it is there."""
        return str(_plain((await self._call(PROPERTIES, "Get", "ss", [MANAGER, "Version"]))[0]))

    async def listed(self) -> list[Listed]:
        """Every unit in memory, by one call."""
        rows = (await self._call(MANAGER, "ListUnits"))[0]
        return [Listed(*(*row[:5], row[6])) for row in rows]

    async def unit(self, name: str) -> UnitState:
        """One unit with all properties; aliases are resolved. load_state is "not-found" for one that does not exist.

        Raises WrongUsage for what cannot be a unit's name.
        """
        path = (await self._call(MANAGER, "LoadUnit", "s", [full_name(name)]))[0]
        return await self._state(path)

    async def mount_at(self, point: str) -> UnitState | None:
        """The unit of a mount point, None where PID 1 knows of none."""
        row = next((row for row in await self.listed() if row.name == mount_unit(point)), None)
        return await self._state(row.path) if row else None

    async def unit_of(self, pid: int) -> str:
        """The unit that PID 1 counts the process to, "" if none."""
        try:
            path = (await self._call(MANAGER, "GetUnitByPID", "u", [pid]))[0]
            return (await self._state(path)).name
        except BusError:
            return ""

    async def installed(self, kind: str) -> list[str]:
        """Names of all units of a kind (".timer") with a file of their own, templates left out, sorted."""
        return await asyncio.to_thread(installed, kind)

    async def timers(self) -> list[Timer]:
        """All timers, installed or in memory; at most DETAILS."""
        names = {row.name for row in await self.listed() if row.name.endswith(".timer")}
        names |= set(await self.installed(".timer"))
        return list(await asyncio.gather(*(self._timer(name) for name in sorted(names)[:DETAILS])))

    async def units(self, names: Collection[str] = ()) -> list[UnitState]:
        """All services, sockets, timers and mounts in memory, the timers that are installed and off, and
        the administrator's own services that do not run.

        Full properties of all but systemd's own that are calm, whoever put them there; of those name, description and
        states. DETAILS units at most, first what is failed, activating, broken, or in `names`.
        """
        wanted = {full_name(name) for name in names}
        kept = [row for row in await self.listed() if row.name.endswith(KINDS) and row.load_state != "not-found"]
        kept.sort(key=lambda row: (row.name not in wanted, _calm(row), row.name))
        close = [row for row in kept if row.name in wanted or not (_calm(row) and _is_systemds(row.name))]
        states = await asyncio.gather(*(self._state(row.path) for row in close[:DETAILS]), return_exceptions=True)
        full = {row.name: state for row, state in zip(close, states, strict=False) if isinstance(state, UnitState)}
        if close and not full:
            raise NotReachable(f"systemd does not tell about its units: {states[0]}")
        found = [full.get(row.name) or _brief(row) for row in kept]
        found += await self._idle({row.name for row in kept})
        # A timer that is off is remembered in any case: PID 1 may have forgotten it and loaded it anew for a question.
        return await asyncio.to_thread(lambda: [remembered(s) if s.name.endswith(".timer") else s for s in found])

    async def _idle(self, known: Collection[str]) -> list[UnitState]:
        """Timers and the administrator's own services that PID 1 has forgotten, as it does with what was stopped."""
        names = [name for name in (*installed(".timer"), *own_services()) if name not in known][:DETAILS]
        answers = await asyncio.gather(*(self.unit(name) for name in names), return_exceptions=True)
        states = {state.name: state for state in answers if isinstance(state, UnitState)}
        return [state for name, state in states.items() if name not in known and state.load_state in LOADED]

    async def watch(self, on_files: Callable[[], None] = lambda: None) -> AsyncIterator[UnitState]:
        """Every unit whose state changes, as it is then, until the connection ends (NotReachable).

        on_files: called once when nothing is missed from then on, and when units were enabled, disabled or reloaded,
        which no unit's own signal tells. Several changes of one unit between two reads are one. Beyond PENDING units
        waiting, changes are dropped and counted in `dropped`. Uses a connection of its own; closing the iterator ends
        it.
        """
        async with await Bus.connect(self.address, deadline=self.deadline) as bus:
            changes = _Changes(on_files)
            await bus.listen(NAME, f"interface='{PROPERTIES}',path_namespace='{ROOT}/unit'", changes.hear)
            await bus.listen(NAME, f"interface='{MANAGER}',member='UnitFilesChanged'", changes.hear_files)
            await _ask(bus, ROOT, MANAGER, "Subscribe")
            on_files()
            ended = asyncio.create_task(bus.closed())
            try:
                while path := await changes.next(ended):
                    self.dropped = changes.dropped
                    try:
                        yield as_state(await _properties(bus, path))
                    except BusError:
                        continue  # gone again already
            finally:
                ended.cancel()
        raise NotReachable("the connection to the system bus has ended")

    async def _timer(self, name: str) -> Timer:
        path = (await self._call(MANAGER, "LoadUnit", "s", [name]))[0]
        values = await _properties(await self._connection(), path)
        at, monotonic = (int(values.get(f"NextElapseUSec{clock}", 0)) for clock in ("Realtime", "Monotonic"))
        last = int(values.get("LastTriggerUSec", 0))
        return Timer(as_state(values), *(0.0 if usec >= NEVER else usec / 1e6 for usec in (at, monotonic, last)))

    async def _state(self, path: str) -> UnitState:
        return as_state(await _properties(await self._connection(), path))

    async def _call(self, interface: str, member: str, signature: str = "", body: Sequence[object] = ()) -> list[Any]:
        return await _ask(await self._connection(), ROOT, interface, member, signature, body)

    async def _connection(self) -> Bus:
        async with self._opening:
            if self._bus is None or not self._bus.open:
                if self.address is None and not is_init():
                    raise NotReachable("systemd is not the init of this machine")
                self._bus = await Bus.connect(self.address, deadline=self.deadline)
            return self._bus


def is_init() -> bool:
    """Whether systemd runs this machine (sd_booted(3)), or another one's bus is named in the environment."""
    return Path("/run/systemd/system").is_dir() or "DBUS_SYSTEM_BUS_ADDRESS" in os.environ


class _Changes:
    """The units that changed and were not told yet, oldest first, each once."""

    def __init__(self, on_files: Callable[[], None]) -> None:
        self.dropped = 0
        self._on_files = on_files
        self._waiting: dict[str, None] = {}
        self._some = asyncio.Event()

    def hear_files(self, message: Message) -> None:
        if message.member == "UnitFilesChanged":
            self._on_files()

    def hear(self, message: Message) -> None:
        if message.member != "PropertiesChanged" or not message.body or message.body[0] != f"{NAME}.Unit":
            return
        if len(self._waiting) >= PENDING:
            self.dropped += 1
            return
        self._waiting[str(message.path)] = None
        self._some.set()

    async def next(self, ended: asyncio.Task[None]) -> str | None:
        """The next unit's object path; None when the connection has ended."""
        while not self._waiting:
            self._some.clear()
            waiter = asyncio.create_task(self._some.wait())
            await asyncio.wait({waiter, ended}, return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()
            if ended.done():
                return None
        path = next(iter(self._waiting))
        del self._waiting[path]
        return path


async def _ask(
    bus: Bus, path: str, interface: str, member: str, signature: str = "", body: Sequence[object] = ()
) -> list[Any]:
    try:
        return await bus.call(NAME, path, interface, member, signature, body)
    except BusError as error:
        if error.name.endswith((".ServiceUnknown", ".NameHasNoOwner", ".AccessDenied")) or ".Spawn." in error.name:
            raise NotReachable(f"systemd does not answer on the bus: {error}") from error
        raise


async def _properties(bus: Bus, path: str) -> dict[str, Any]:
    values: Mapping[str, Any] = (await _ask(bus, path, PROPERTIES, "GetAll", "s", [""]))[0]
    return {name: _plain(value) for name, value in values.items()}


def _plain(variant: Any) -> Any:
    return variant.value if hasattr(variant, "value") else variant


def _is_systemds(name: str) -> bool:
    """What systemd brings itself, and the mounts of its own file systems."""
    return name.startswith(("systemd-", "initrd-", "dev-", "sys-", "proc-", "run-", "-."))


def _calm(row: Listed) -> bool:
    """Nothing about it calls for a closer look."""
    restarting = row.sub_state.startswith("auto-restart") or row.active_state in ("activating", "deactivating")
    if row.name.endswith((".timer", ".mount")) and row.active_state == "inactive":
        return False
    if row.load_state == "masked" and row.name.endswith((".service", ".socket")):
        return False
    return not restarting and row.active_state != "failed" and row.load_state in ("loaded", "masked")


def _brief(row: Listed) -> UnitState:
    return UnitState(
        name=row.name,
        names=(row.name,),
        description=row.description,
        load_state=row.load_state,
        active_state=row.active_state,
        sub_state=row.sub_state,
    )
