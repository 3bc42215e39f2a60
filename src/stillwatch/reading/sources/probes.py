"""What its owner declared that it has to answer: asked again and again, and told when it fails in a row."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from stillwatch.host.probes import Answered, ask, shown
from stillwatch.ports import Clock
from stillwatch.reading.source import Following, Read, Source, Wanted
from stillwatch.records.event import Event, Untrusted
from stillwatch.tables.declared import Probe
from stillwatch.watch.monitor import Watcher

ORDER: Final = 90
"""Last: what does not answer keeps a pass waiting."""
PAUSE: Final = 1.0
DAY: Final = 86_400.0


def here(wanted: Wanted) -> Sequence[Source]:
    return [ProbeSource(wanted.host, wanted.clock, wanted.probes)] if wanted.probes else []


class ProbeSource:
    name = "probes"
    beside = False

    def __init__(self, host: str, clock: Clock, probes: Sequence[Probe]) -> None:
        self._host, self._clock, self._probes = host, clock, probes
        self._failed = dict.fromkeys((probe.name for probe in probes), 0)
        self._events: dict[str, Sequence[Event]] = {}

    async def read(self, watcher: Watcher, ends: float) -> Read:
        """All at once; what fails is asked again until it has failed often enough to be told, or time is up."""
        asked = self._probes
        while asked:
            failed = await self._ask(asked)
            asked = [probe for probe in failed if self._failed[probe.name] < probe.failures]
            if asked and self._clock.boot() + PAUSE + max(probe.seconds for probe in asked) > ends:
                break
            await asyncio.sleep(PAUSE if asked else 0.0)
        return self._told()

    async def follow(self, following: Following) -> None:
        due = dict.fromkeys(self._failed, 0.0)
        while True:
            now = self._clock.boot()
            asked = [probe for probe in self._probes if due[probe.name] <= now]
            due |= {probe.name: now + probe.every for probe in asked}
            await self._ask(asked)
            following.hear(self._told())
            await following.sleep(max(min(due.values()) - self._clock.boot(), PAUSE))

    async def _ask(self, probes: Sequence[Probe]) -> list[Probe]:
        """Those that failed."""
        answers = await asyncio.gather(*map(ask, probes))
        for probe, answered in zip(probes, answers, strict=True):
            self._failed[probe.name] = self._failed[probe.name] + 1 if answered.why else 0
            self._events[probe.name] = tuple(self._of(probe, answered))
        return [probe for probe in probes if self._failed[probe.name]]

    def _told(self) -> Read:
        events = [event for found in self._events.values() for event in found]
        return Read(
            events=events,
            measured=True,
            watched=", ".join(self._events),
            samples={f"{event.fields['metric']} {event.fields['probe']}": event.value or 0.0 for event in events},
        )

    def _of(self, probe: Probe, answered: Answered) -> Iterator[Event]:
        failed, place = self._failed[probe.name], shown(probe)
        why = {"why": answered.why, "cause": answered.cause, "limit": str(probe.failures)}
        text = f"{probe.name}: {place}: {answered.why or f'answered within {answered.seconds:.2f} s'}"
        yield self._event(probe, "probe-failures", failed, text, **why)
        if not answered.why:
            slow = str(probe.slow or "")
            yield self._event(probe, "probe-seconds", answered.seconds, text, limit=slow, cause="not-answering")
        if answered.ends is not None:
            days = (answered.ends - self._clock.now()) / DAY
            text = f"{probe.name}: {place}: the certificate is good for {days:.1f} days"
            limit = str(probe.certificate_days)
            yield self._event(probe, "certificate-days", days, text, limit=limit, cause="certificate-expired")

    def _event(self, probe: Probe, metric: str, value: float, text: str, **more: str) -> Event:
        return Event(
            host=self._host,
            at=self._clock.now(),
            source="metric",
            subject=probe.unit or probe.name,
            text=Untrusted(text),
            value=float(value),
            fields={"metric": metric, "probe": probe.name, "url": shown(probe), **more},
        )
