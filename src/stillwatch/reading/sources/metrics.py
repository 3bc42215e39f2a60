"""Memory, processors, file systems, pressure: what the kernel measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stillwatch.host.metrics import read_metrics
from stillwatch.ports import Clock
from stillwatch.reading.source import Following, Read, Source, Wanted
from stillwatch.reading.watched import watched_readings
from stillwatch.records.event import Event
from stillwatch.watch.monitor import Watcher

ORDER: Final = 20
EVERY_SECONDS = 15.0


def here(wanted: Wanted) -> Sequence[Source]:
    return [MetricSource(wanted.host, wanted.clock)]


class MetricSource:
    name = "metrics"
    beside = False

    def __init__(self, host: str, clock: Clock) -> None:
        self._host, self._clock = host, clock

    async def read(self, watcher: Watcher, ends: float) -> Read:
        readings = await read_metrics(self._host, self._clock.now())
        return Read(
            events=readings.events,
            whole=not readings.problems,
            problem="; ".join(readings.problems[:3]),
            watched=watched_readings(readings.events),
            samples={_name(event): event.value or 0.0 for event in readings.events},
            measured=True,
        )

    async def follow(self, following: Following) -> None:
        while True:
            following.hear(await self.read(following.watcher, ends=float("inf")))
            await following.sleep(EVERY_SECONDS)


def _name(event: Event) -> str:
    return f"{event.fields['metric']} {event.subject}".strip()
