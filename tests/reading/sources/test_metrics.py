from __future__ import annotations

from stillwatch.reading.sources.metrics import EVERY_SECONDS, MetricSource
from stillwatch.watch.monitor import Watcher
from tests.reading.following import followed
from tests.support.watching import Rest
from tests.think.models import StillClock


def watcher() -> Watcher:
    return Watcher((), host="h")


async def test_they_are_read_from_this_kernel() -> None:
    read = await MetricSource("h", StillClock()).read(watcher(), 1e9)
    assert {event.source for event in read.events} == {"metric"} and read.measured
    assert {"disk-used", "memory-available"} & {event.fields["metric"] for event in read.events}
    assert len(read.samples) == len(read.events) and any(name.startswith("disk-used /") for name in read.samples)


async def test_they_are_read_again_and_again() -> None:
    rest = Rest()
    async with followed(MetricSource("h", StillClock()), watcher(), sleep=rest) as heard:
        assert (await heard.next()).samples and (await heard.next()).samples
    assert set(rest.slept) == {EVERY_SECONDS}
