"""A daemon over one failed unit, with a gate and a notifier that a test sets, and no sleep in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from stillwatch.daemon.loops import Daemon
from stillwatch.incidents.lifecycle import Lifecycle
from stillwatch.reading.source import NOWHERE
from stillwatch.records.chat import Tier
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Trigger
from stillwatch.store.store import Store
from stillwatch.watch.monitor import Watcher
from tests.support.door import WAITING, FakeDoor, FakeNotifier
from tests.think.looks import ScriptedLooks
from tests.think.models import StillClock
from tests.triage.build import AT, HOST, failed, pid1, trigger, units

WEB = pid1("web.service", first=AT - 60, last=AT - 30)
FULL = replace(
    trigger("/srv", "disk-full", rule="metric-disk"),
    events=(Event(host=HOST, at=AT, source="metric", subject="/srv", text=Untrusted("99 %")),),
)


class Rest:
    """Instead of asyncio.sleep: lets the others run, and counts."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0.001)


def build(store: Store, says: Any = WAITING, *, models: Mapping[Tier, Any] | None = None, **more: Any) -> Daemon:
    """A daemon over one failed unit, with a gate that answers `says`."""
    clock = StillClock(AT)
    lifecycle = Lifecycle(gate=FakeDoor(says), notifier=FakeNotifier(), clock=clock)
    daemon = Daemon(
        host=HOST,
        clock=clock,
        watcher=Watcher((), host=HOST),
        store=store,
        looks=ScriptedLooks(),
        tiers=SimpleNamespace(models=models or {}),
        lifecycle=lifecycle,
        sleep=Rest(),
        **more,
    )
    daemon.standing.units = units(replace(failed("web.service"), result="signal"))
    daemon.standing.units_asked.set()
    return daemon


def door(daemon: Daemon) -> FakeDoor:
    assert isinstance(daemon.lifecycle.gate, FakeDoor)
    return daemon.lifecycle.gate


def told(daemon: Daemon) -> list[str]:
    assert isinstance(daemon.lifecycle.notifier, FakeNotifier)
    return daemon.lifecycle.notifier.titles


def tick(daemon: Daemon, seconds: float) -> None:
    assert isinstance(daemon.clock, StillClock)
    daemon.clock.at += seconds


def opened(daemon: Daemon, *triggers: Trigger, places: Mapping[str, str] = NOWHERE) -> Incident:
    daemon.hear(triggers or (WEB,), places)
    (found,) = daemon.digest()
    return found


async def soon(found: Callable[[], Any], seconds: float = 30.0) -> Any:
    async with asyncio.timeout(seconds):
        while not (answer := found()):
            await asyncio.sleep(0.002)
        return answer
