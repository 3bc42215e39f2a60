from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.reading.sources import units as room
from stillwatch.reading.sources.units import UnitSource
from stillwatch.records.unit import UnitState
from stillwatch.watch.monitor import Watcher
from tests.reading.following import followed
from tests.think.models import StillClock


def watcher() -> Watcher:
    return Watcher((), host="h")


async def test_where_systemd_is_not_the_init_they_are_not_reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "is_init", lambda: False)
    source = UnitSource("h", StillClock())
    with pytest.raises(NotReachable, match="systemd"):
        await source.read(watcher(), 1e9)
    with pytest.raises(NotReachable, match="systemd"):
        await source.follow(None)  # type: ignore[arg-type]


async def test_without_a_bus_they_are_not_reachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "is_init", lambda: True)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(NotReachable, match="bus"):
        await UnitSource("h", StillClock()).read(watcher(), 1e9)


class SlowBus:
    """A systemd whose signals can be heard only some time after they were asked for."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.changes: asyncio.Queue[UnitState] = asyncio.Queue()

    async def __aenter__(self) -> SlowBus:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.steps.append("closed")

    async def watch(self, on_files: Callable[[], None]) -> AsyncIterator[UnitState]:
        for _ in range(5):
            await asyncio.sleep(0)
        self.steps.append("listening")
        on_files()
        while True:
            yield await self.changes.get()

    async def units(self) -> list[UnitState]:
        self.steps.append("picture")
        return [UnitState(name="early.service")]


async def test_no_change_falls_between_the_first_picture_and_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = SlowBus()
    monkeypatch.setattr(room, "is_init", lambda: True)
    monkeypatch.setattr(room, "Systemd", lambda: bus)
    async with followed(UnitSource("h", StillClock()), watcher()) as heard:
        first = await heard.next()
        bus.changes.put_nowait(UnitState(name="late.service"))
        second = await heard.next()
    assert bus.steps == ["listening", "picture", "closed"]
    assert list(first.units or ()) == ["early.service"] == [event.subject for event in first.events]
    assert list(second.units or ()) == ["early.service", "late.service"], "each part has all of them"
    assert [event.subject for event in second.events] == ["late.service"]


async def test_in_a_container_those_of_others_are_known_by_what_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "container").write_text("systemd-nspawn")
    monkeypatch.setattr(room, "is_init", lambda: True)
    monkeypatch.setattr(room, "IN_CONTAINER", tmp_path / "container")
    monkeypatch.setattr(room, "Systemd", SlowBus)
    judge = watcher()
    await UnitSource("h", StillClock()).read(judge, 1e9)
    assert judge.units == {"early.service"}
