"""Readings of some hours and days, for what they lead to: a file system that will be full."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stillwatch.daemon.standing import Standing
from stillwatch.ports import Clock
from stillwatch.reading.source import NOWHERE
from stillwatch.records.amount import span
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.trigger import Trigger
from stillwatch.store.store import Store
from stillwatch.watch.trend import SPANS, Span, full_in, judge_trend

NAME: Final = "foresight"
EVERY_SECONDS: Final = 300.0
_METRIC: Final = "disk-used "


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """hear: takes triggers, and the places that they came from."""

    host: str
    store: Store
    clock: Clock
    standing: Standing
    hear: Callable[[Sequence[Trigger], Mapping[str, str]], None]
    sleep: Callable[[float], Awaitable[None]]

    async def follow(self) -> None:
        while True:
            self.look_ahead()
            self.standing.fine(NAME)
            await self.sleep(EVERY_SECONDS)

    def look_ahead(self) -> None:
        """Tell of what will be full soon, and of nothing else any more."""
        now, found = self.clock.now(), list[Trigger]()
        for metric in self.store.samples.metrics():
            if metric.startswith(_METRIC):
                found += filter(None, [self._foreseen(metric, now)])
        self.standing.beyond[NAME] = frozenset((one.rule, one.subject) for one in found)
        self.hear(found, NOWHERE)

    def _foreseen(self, metric: str, now: float) -> Trigger | None:
        for given in SPANS:
            readings = self.store.samples.read(metric, now - 1.2 * given.past, now + 1.0)
            left = full_in(readings, now, given.past)
            if left is not None and left <= given.ahead:
                return judge_trend(self._event(metric, now, left, readings[-1][1], given), given)
        return None

    def _event(self, metric: str, now: float, left: float, used: float, given: Span) -> Event:
        place = metric.removeprefix(_METRIC)
        text = f"{place}: {used:.1%} used, grown for {span(given.past)}; full in about {span(left)} at that pace"
        fields = {"metric": "disk-used"}
        return Event(
            host=self.host, at=now, source="metric", subject=place, text=Untrusted(text), value=left, fields=fields
        )
