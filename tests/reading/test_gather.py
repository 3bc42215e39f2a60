import asyncio
from typing import Any

from stillwatch.errors import NotReachable
from stillwatch.reading.gather import Gathered, gather
from stillwatch.reading.source import Following, Read
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.unit import UnitState
from stillwatch.watch.monitor import Sightings, Watcher
from tests.support.facts import facts
from tests.think.models import StillClock

FULL = Event(
    host="h",
    at=1.0,
    source="metric",
    subject="/srv",
    text=Untrusted("full"),
    value=0.99,
    fields={"metric": "disk-used"},
)


class Given:
    def __init__(self, name: str, read: Read | Exception | None) -> None:
        self.name, self._read, self.beside = name, read, False

    async def read(self, watcher: Watcher, ends: float) -> Read:
        if self._read is None:
            await asyncio.Event().wait()
        if isinstance(self._read, Exception):
            raise self._read
        assert self._read is not None
        return self._read

    async def follow(self, following: Following) -> None:
        """As if it changed once, and never again."""
        following.hear(await self.read(following.watcher, 1e9))
        await asyncio.Event().wait()


async def gathered(*sources: Any, seconds: float = 5.0) -> Gathered:
    return await gather(sources, Watcher((), host="h"), StillClock(), seconds, lambda line: None)


async def test_what_each_source_gives_is_put_together() -> None:
    units = {"web.service": UnitState(name="web.service")}
    text = Read(sightings=Sightings(triggers=(), novel=(), lines=7))
    found = await gathered(Given("units", Read(units=units)), Given("metrics", Read(events=[FULL])), Given("log", text))
    assert found.lines == 7 and found.units == units
    assert [trigger.subject for trigger in found.triggers] == ["/srv"]
    assert all(source.read and not source.problem for source in found.sources)


async def test_a_source_that_fails_is_reported_and_the_others_count() -> None:
    found = await gathered(Given("units", NotReachable("no bus")), Given("metrics", Read(events=[FULL])))
    assert [(source.name, source.read, source.problem) for source in found.sources] == [
        ("units", False, "no bus"),
        ("metrics", True, ""),
    ]
    assert len(found.triggers) == 1


async def test_a_source_that_hangs_is_reported_as_unread() -> None:
    found = await gathered(Given("units", None), seconds=0.0)
    assert not found.sources[0].read and facts(found.sources[0].problem) == ["0"]


async def test_what_was_read_in_part_is_not_read() -> None:
    found = await gathered(Given("journal", Read(whole=False, problem="only the first 9 entries")))
    assert not found.sources[0].read
