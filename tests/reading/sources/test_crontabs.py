from __future__ import annotations

import pytest

from stillwatch.reading.sources import crontabs as room
from stillwatch.reading.sources.crontabs import CrontabSource
from stillwatch.records.event import Event, Untrusted
from stillwatch.watch.monitor import Watcher
from tests.reading.following import followed
from tests.support.watching import Rest
from tests.think.models import StillClock

GONE = Event(
    host="h",
    at=1.0,
    source="metric",
    subject="/etc/cron.d/feeds",
    text=Untrusted("x"),
    value=1.0,
    fields={"metric": "job-program-missing", "path": "/opt/feeds/import"},
)


async def test_they_are_read_once_and_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "missing_programs", lambda *_: [GONE])
    source, watcher, rest = CrontabSource("h", StillClock()), Watcher((), host="h"), Rest()
    once = await source.read(watcher, 1e9)
    assert once.measured and list(once.events) == [GONE]
    (found,) = watcher.judge(once.events)
    assert (found.cause, found.object, found.trusted) == ("missing-executable", "/opt/feeds/import", True)
    async with followed(source, watcher, sleep=rest) as heard:
        assert await heard.next() == await heard.next() == once
    assert set(rest.slept) == {room.EVERY_SECONDS}
