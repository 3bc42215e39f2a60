"""Sources of the daemon on their own; that the loops go on without them is tested in test_loops.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from stillwatch.daemon import watching as room
from stillwatch.errors import NotReachable
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.unit import UnitState
from stillwatch.store.store import Store
from tests.support.watching import build


async def test_without_systemd_the_units_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "is_init", lambda: False)
    with pytest.raises(NotReachable):
        await build(Store.open(tmp_path)).watching.follow_units()


async def test_readings_are_kept_judged_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path)
    daemon = build(store)

    async def stop(seconds: float) -> None:
        raise StopAsyncIteration

    daemon.watching.sleep = stop
    with pytest.raises(StopAsyncIteration):
        await daemon.watching.sample()
    assert "metrics" in daemon.standing.sources and daemon.standing.still is not None
    assert store.samples.metrics()


async def test_what_services_do_silently_is_judged_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, seen = build(Store.open(tmp_path)), [usage_event("web.service", 25.0)]

    async def stop(seconds: float) -> None:
        raise StopAsyncIteration

    async def read(*_: Any) -> Any:
        return seen

    monkeypatch.setattr(room, "read_usage", read)
    daemon.watching.sleep = stop
    with pytest.raises(StopAsyncIteration):
        await daemon.watching.sample_use()
    assert daemon.standing.used == {("unit-zombies", "web.service")}


def usage_event(unit: str, zombies: float) -> Event:
    fields = {"metric": "unit-zombies"}
    return Event(host="h", at=1.0, source="metric", subject=unit, text=Untrusted("x"), value=zombies, fields=fields)


async def test_what_the_watcher_says_of_units_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = build(Store.open(tmp_path))
    heard: list[Any] = []
    monkeypatch.setattr(daemon.watching, "hear", lambda triggers, cursor, _: heard.append((triggers, cursor)))
    daemon.watching._note_units(list(daemon.standing.units.values()))
    assert len(heard) == 1 and heard[0][1] == ""


class SlowBus:
    """A systemd whose signals can be heard only some time after the daemon asked for them."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    async def __aenter__(self) -> SlowBus:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.steps.append("closed")

    async def watch(self, on_files: Callable[[], None]) -> AsyncIterator[UnitState]:
        for _ in range(5):
            await asyncio.sleep(0)
        self.steps.append("listening")
        on_files()
        await asyncio.Event().wait()
        yield UnitState(name="late.service")

    async def units(self) -> list[UnitState]:
        self.steps.append("picture")
        return []


async def test_no_change_falls_between_the_first_picture_of_the_units_and_listening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus, daemon = SlowBus(), build(Store.open(tmp_path))
    monkeypatch.setattr(room, "is_init", lambda: True)
    monkeypatch.setattr(room, "Systemd", lambda: bus)
    following = asyncio.create_task(daemon.watching.follow_units())
    while len(bus.steps) < 2:
        await asyncio.sleep(0)
    following.cancel()
    await asyncio.wait([following])
    assert bus.steps[:2] == ["listening", "picture"]
