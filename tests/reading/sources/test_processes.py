from __future__ import annotations

import pytest

from stillwatch.reading.sources import processes as room
from stillwatch.reading.sources.processes import ProcessSource
from stillwatch.records.event import Event, Untrusted
from stillwatch.watch.monitor import Watcher
from tests.reading.following import followed
from tests.support.watching import Rest
from tests.think.models import StillClock

IDLE = Event(
    host="h",
    at=1.0,
    source="metric",
    subject="web.service",
    text=Untrusted("x"),
    value=25.0,
    fields={"metric": "unit-zombies"},
)


async def test_they_are_read_once_and_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(*_: object) -> list[Event]:
        return [IDLE]

    monkeypatch.setattr(room, "read_usage", read)
    source, watcher, rest = ProcessSource("h", StillClock()), Watcher((), host="h"), Rest()
    once = await source.read(watcher, 1e9)
    assert once.measured and list(once.events) == [IDLE]
    async with followed(source, watcher, sleep=rest) as heard:
        assert await heard.next() == await heard.next() == once
    assert set(rest.slept) == {room.EVERY_SECONDS}
