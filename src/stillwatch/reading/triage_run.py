"""A whole journal or log through the rules alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stillwatch.host.journal import Journal
from stillwatch.host.logfile import LogFile
from stillwatch.ports import Clock
from stillwatch.records.trigger import Trigger
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.stream import Counts, triage_lines, triage_text


class TriageRun:
    """Triggers of a whole journal or log as they complete; `lines`, `triggers`, `dropped`, `seconds` count along."""

    def __init__(self, watcher: Watcher, journal: str | None, log: str | None, clock: Clock) -> None:
        self._watcher, self._journal, self._log, self._clock = watcher, journal, log, clock
        self._counts = Counts()

    def __iter__(self) -> Iterator[Trigger]:
        if self._log is not None:
            with LogFile(self._log, now=self._clock.now(), uptime=self._clock.boot()) as log:
                yield from triage_text(self._watcher, log.blocks(), log.reader, self._counts)
            return
        with Journal(Path(self._journal) if self._journal else None) as journal:
            yield from triage_lines(self._watcher, journal.lines(), self._counts)

    @property
    def lines(self) -> int:
        return self._counts.lines

    @property
    def triggers(self) -> int:
        return self._counts.triggers

    @property
    def dropped(self) -> int:
        return self._counts.dropped

    @property
    def seconds(self) -> float:
        return self._counts.seconds
