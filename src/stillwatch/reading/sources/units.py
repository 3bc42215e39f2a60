"""The units as PID 1 tells them. Read before the text: a container's kernel log tells of foreign units too."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from stillwatch.errors import NotReachable
from stillwatch.host.systemd import Systemd, is_init
from stillwatch.host.unitproperties import unit_events
from stillwatch.ports import Clock
from stillwatch.reading.source import Following, Read, Source, Wanted
from stillwatch.reading.watched import watched_units
from stillwatch.records.unit import UnitState
from stillwatch.watch.monitor import Watcher

ORDER: Final = 10
IN_CONTAINER = Path("/run/systemd/container")
"""Written by systemd where it finds itself in one (systemd's container interface)."""
REFRESH_SECONDS = 60.0
SETTLE_SECONDS = 0.3


def here(wanted: Wanted) -> Sequence[Source]:
    return [UnitSource(wanted.host, wanted.clock)]


class UnitSource:
    name = "units"
    beside = False

    def __init__(self, host: str, clock: Clock) -> None:
        self._host, self._clock = host, clock
        self._known: dict[str, UnitState] = {}
        self._due = asyncio.Event()
        self._picture = asyncio.Lock()

    async def read(self, watcher: Watcher, ends: float) -> Read:
        _need_systemd()
        async with Systemd() as systemd:
            return self._whole(await systemd.units(), watcher)

    async def follow(self, following: Following) -> None:
        _need_systemd()
        async with Systemd() as systemd, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._changes(systemd, following))
            tasks.create_task(self._refresh(systemd, following))

    async def _changes(self, systemd: Systemd, following: Following) -> None:
        async for unit in systemd.watch(self._due.set):
            async with self._picture:
                self._known[unit.name] = unit
                following.hear(self._told([unit]))

    async def _refresh(self, systemd: Systemd, following: Following) -> None:
        """The whole picture: first when changes are listened for already, so that none falls between the two; then
        when units were enabled or disabled, which shows in it alone; and now and then, since signals can be lost."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), REFRESH_SECONDS)
            self._due.clear()
            async with self._picture:  # an older picture must not cover a newer change
                following.hear(self._whole(await systemd.units(), following.watcher))
            await following.sleep(SETTLE_SECONDS)

    def _whole(self, units: Sequence[UnitState], watcher: Watcher) -> Read:
        self._known = {unit.name: unit for unit in units}
        if IN_CONTAINER.exists():
            watcher.units = frozenset(self._known)
        return self._told(units)

    def _told(self, units: Sequence[UnitState]) -> Read:
        """With an event for each of these, and all of them as they stand."""
        events = unit_events(units, self._host, self._clock.now(), self._known)
        return Read(events=events, units=dict(self._known), watched=watched_units(self._known.values()))


def _need_systemd() -> None:
    if not is_init():
        raise NotReachable("systemd is not the init of this host")
