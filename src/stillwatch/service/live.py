"""The service inside the daemon: what is known is at hand, so nothing is read anew to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from stillwatch.daemon.loops import Daemon
from stillwatch.llm.three_tiers import Tiers
from stillwatch.ports import ChatModel
from stillwatch.reading.gather import Gathered
from stillwatch.records.incident import Incident
from stillwatch.records.report import Report, SourceReport
from stillwatch.service.one_pass import NOTES, OnePass
from stillwatch.service.parts import ServiceParts
from stillwatch.service.status import status_of
from stillwatch.think.diagnosis.understand import Progress

NOTHING_YET: Final = "not read yet"


class LiveService(OnePass):
    def __init__(self, parts: ServiceParts, daemon: Daemon, tiers: Tiers) -> None:
        super().__init__(parts)
        self._daemon, self._tiers = daemon, tiers

    async def status(self) -> Report:
        """What the daemon sees now; `unknown` until it has read everything it should."""
        incidents = tuple(self.incidents())
        sources = self._sources()
        return Report(
            host=self._parts.host,
            at=self._clock.now(),
            status=status_of(incidents, sources),
            incidents=incidents,
            sources=sources,
            tiers=await self._tiers.report(),
            lines=self._daemon.standing.lines,
            unread=self._daemon.standing.unread,
            dropped=self._daemon.dropped,
            store=self._daemon.retention().report(),
        )

    def incidents(self) -> Sequence[Incident]:
        """From the book that the daemon holds open, since every turn of a chat asks."""
        return sorted(self._daemon.store.book.open_incidents(), key=lambda one: (-one.severity, one.opened))

    def noted(self) -> list[str]:
        """From the same."""
        return [str(note) for note in self._daemon.store.memory.notes(NOTES)]

    @property
    def _samples(self) -> Callable[[str, float, float], Sequence[tuple[float, float]]]:
        return self._daemon.store.samples.read

    @asynccontextmanager
    async def _writing(self, progress: Progress) -> AsyncIterator[ChatModel | str]:
        """The daemon's own, which chat windows use too."""
        yield self._tiers.writer()

    async def _known(self, deadline: float, progress: Progress) -> tuple[Report, Gathered]:
        return await self.status(), self._daemon.known()

    def _sources(self) -> tuple[SourceReport, ...]:
        """One for each thing that is watched; what has not answered yet was not read."""
        wanted = [source.name for source in self._daemon.sources]
        known = dict(self._daemon.standing.sources)
        watched = [known.pop(name, SourceReport(name=name, read=False, problem=NOTHING_YET)) for name in wanted]
        return (*watched, *known.values())  # the others are there only while they fail
