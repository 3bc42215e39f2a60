"""`stillwatch run`: watch for ever, understand what opens, have it mended as far as the owner allows, see it end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from stillwatch.config import Keep
from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.host.journal import Journal
from stillwatch.host.metrics import read_metrics
from stillwatch.host.systemd import Systemd, is_init
from stillwatch.host.unitproperties import unit_event
from stillwatch.incidents.digest import Digest, Folded
from stillwatch.incidents.lifecycle import Lifecycle, lasting, proposed_anew
from stillwatch.incidents.retention import Retention
from stillwatch.incidents.thought import is_news, on_top_of
from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.reading.follow import follow, follow_logs
from stillwatch.reading.gather import Gathered
from stillwatch.reading.sources import IN_CONTAINER
from stillwatch.records.chat import Tier
from stillwatch.records.event import Event
from stillwatch.records.incident import Incident
from stillwatch.records.report import SourceReport
from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.store.store import Store
from stillwatch.think.attention import Attention
from stillwatch.think.diagnosis.understand import Engine
from stillwatch.think.diagnosis.unknown_lines import UnknownLines
from stillwatch.triage.mute import apply_mutes
from stillwatch.triage.resolution import why_over
from stillwatch.watch.monitor import Watcher

LOG = logging.getLogger(__name__)
SETTLE_SECONDS = 0.3
"""Triggers of one fault come within moments of each other; they are looked at together."""
TEND_SECONDS = 1.0
METRIC_SECONDS = 15.0
UNIT_SECONDS = 60.0
THINK_SECONDS = 120.0
WONDER_SECONDS = 30.0
NOTES = 5
TIDY_SECONDS, TIDY_PAUSE = 600.0, 0.2
RETRY_SECONDS = 5.0
FIRST_LOOK_BACK = 600.0
"""At the very first start, how far back the journal is read."""
ALWAYS_ASKED: Final[tuple[Tier, ...]] = ("trigger", "review")
"""Of every incident; whether the third tier is asked is for them to say."""


class Models(Protocol):
    """The models, once they are up."""

    @property
    def models(self) -> Mapping[Tier, ChatModel]: ...


@dataclass(kw_only=True)
class Daemon:
    """Every loop survives the loss of what it watches: it says so in `sources` and tries again.

    journal: a directory of journal files instead of the host's own; logs: files to follow beside it, judged by
    `log_watcher`.
    """

    host: str
    clock: Clock
    watcher: Watcher
    store: Store
    looks: LookTools
    mind: Models
    lifecycle: Lifecycle
    read_journal: bool = True
    journal: Path | None = None
    logs: Sequence[str] = ()
    log_watcher: Watcher | None = None
    keep: Keep = field(default_factory=Keep)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    units: dict[str, UnitState] = field(default_factory=dict)
    sources: dict[str, SourceReport] = field(default_factory=dict)
    lines: int = 0
    crowded_out: int = 0
    wonder: UnknownLines = field(default_factory=UnknownLines)
    attention: Attention = field(default_factory=Attention)
    digestion: Digest = field(init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _todo: asyncio.PriorityQueue[tuple[int, str]] = field(default_factory=asyncio.PriorityQueue)
    _queued: set[str] = field(default_factory=set)
    _thinking: str = ""
    _still: set[tuple[str, str]] | None = None
    _units_asked: asyncio.Event = field(default_factory=asyncio.Event)
    _files_changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.digestion = Digest(store=self.store, clock=self.clock, home=self.host)

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if self.read_journal:
                tasks.create_task(self._for_ever("journal", self._follow_journal))
            if self.logs:
                tasks.create_task(self._for_ever("logs", self._follow_logs))
            tasks.create_task(self._for_ever("units", self._follow_units))
            tasks.create_task(self._for_ever("metrics", self._sample))
            tasks.create_task(self._for_ever("incidents", self._digest))
            tasks.create_task(self._for_ever("thinking", self._think))
            tasks.create_task(self._for_ever("tending", self._tend))
            tasks.create_task(self._for_ever("novel lines", self._wonder))
            tasks.create_task(self._for_ever("memory", self._tidy))

    def retention(self) -> Retention:
        """What is remembered, and its limits."""
        return Retention(store=self.store, keep=self.keep)

    def known(self) -> Gathered:
        """What is known now, in the shape of one pass of reading."""
        return Gathered(
            triggers=(), novel=(), units=dict(self.units), sources=tuple(self.sources.values()), lines=self.lines
        )

    @property
    def dropped(self) -> int:
        """Lines of trouble of which only the number is kept."""
        return self.crowded_out + self.digestion.dropped

    def hear(self, triggers: Sequence[Trigger], cursor: str = "") -> None:
        """Take in triggers; they are folded into incidents together."""
        self.digestion.hear(triggers, cursor)
        if triggers or cursor:
            self._news.set()

    async def _for_ever(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        said = ""
        while True:
            try:
                await loop()
            except Exception as error:  # whatever it is, the other loops go on
                first = _first(error)
                why = str(first) or type(first).__name__
                self.sources[name] = SourceReport(name=name, read=False, problem=why)
                known = isinstance(first, StillwatchError | OSError)
                if why != said or not known:
                    LOG.warning("%s: %s", name, why, exc_info=None if known else error)
                said = why
            if name == "units":
                self._units_asked.set()
            await self.sleep(RETRY_SECONDS)

    async def _follow_journal(self) -> None:
        cursor = self.store.cursor()
        with Journal(self.journal, cursor=cursor, since=self.clock.now() - FIRST_LOOK_BACK) as journal:
            self.sources["journal"] = SourceReport(name="journal", read=True)
            async for batch in follow(journal, self.watcher):
                self.lines += batch.sightings.lines
                self.crowded_out += batch.sightings.dropped
                self.wonder.hear(batch.sightings.novel)
                self.hear(batch.sightings.triggers, batch.cursor)
                problem = "; ".join(journal.problems[-3:])
                self.sources["journal"] = SourceReport(name="journal", read=True, problem=problem)

    async def _follow_logs(self) -> None:
        """With a watcher of its own: it counts in a thread beside the journal's."""
        watcher = self.log_watcher or self.watcher
        async with aclosing(follow_logs(self.logs, watcher, self.clock.now, self.sleep)) as batches:
            async for batch in batches:
                self.lines += batch.sightings.lines
                self.crowded_out += batch.sightings.dropped
                self.wonder.hear(batch.sightings.novel)
                self.hear(batch.sightings.triggers)
                self.sources["logs"] = SourceReport(name="logs", read=not batch.problem, problem=batch.problem)

    async def _follow_units(self) -> None:
        if not is_init():
            raise NotReachable("systemd is not the init of this host")
        async with Systemd() as systemd:
            await self._all_units(systemd)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._unit_changes(systemd))
                tasks.create_task(self._refresh_units(systemd))

    async def _unit_changes(self, systemd: Systemd) -> None:
        async for unit in systemd.watch(self._files_changed.set):
            self._note_units([unit])

    async def _refresh_units(self, systemd: Systemd) -> None:
        """What was enabled or disabled shows in the whole picture alone; since signals can be lost it is also taken
        again now and then."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._files_changed.wait(), UNIT_SECONDS)
            await self.sleep(SETTLE_SECONDS)
            self._files_changed.clear()
            await self._all_units(systemd)

    async def _all_units(self, systemd: Systemd) -> None:
        units = await systemd.units()
        self.units = {unit.name: unit for unit in units}
        if IN_CONTAINER.exists():
            self.watcher.units = frozenset(self.units)
        self._note_units(units)
        self.sources["units"] = SourceReport(name="units", read=True)
        self._units_asked.set()

    def _note_units(self, units: Sequence[UnitState]) -> None:
        now = self.clock.now()
        for unit in units:
            self.units[unit.name] = unit
        self.hear(self.watcher.judge([unit_event(unit, self.host, now) for unit in units]))

    async def _sample(self) -> None:
        while True:
            now = self.clock.now()
            readings = await read_metrics(self.host, now)
            triggers = self.watcher.judge(readings.events)
            self._still = {(trigger.rule, trigger.subject) for trigger in triggers}
            problem = "; ".join(readings.problems[:3])
            self.sources["metrics"] = SourceReport(name="metrics", read=not problem, problem=problem)
            self.store.samples.add(now, {_metric_name(event): event.value or 0.0 for event in readings.events})
            self.hear(triggers)
            await self.sleep(METRIC_SECONDS)

    async def _digest(self) -> None:
        """Triggers become incidents. Not before the units are known: what has mended itself would look broken."""
        await self._units_asked.wait()
        while True:
            await self._news.wait()
            await self.sleep(SETTLE_SECONDS)
            self._news.clear()
            self._noticed(await self.digestion.fold(self.units))
            self.sources.pop("incidents", None)

    def digest(self) -> list[Incident]:
        """Fold what is pending into incidents, now."""
        return self._noticed(self.digestion.fold_now(self.units))

    def _noticed(self, folded: Folded) -> list[Incident]:
        for incident in folded.found:
            if is_news(incident, folded.before.get(incident.id)):
                self._look_into(incident)
        if self.digestion.pending:
            self._news.set()
        return folded.found

    def _look_into(self, incident: Incident) -> None:
        if incident.state != "resolved" and incident.id not in self._queued:
            self._queued.add(incident.id)
            self._todo.put_nowait((-incident.severity, incident.id))

    async def _think(self) -> None:
        for incident in self.store.book.open_incidents():
            if incident.cause is None:  # an earlier life did not come to it
                self._look_into(incident)
        while True:
            _, incident_id = await self._todo.get()
            self._queued.discard(incident_id)
            self._thinking = incident_id
            try:
                await self.understand(incident_id)
                self.sources.pop("thinking", None)
            finally:
                self._thinking = ""

    async def understand(self, incident_id: str) -> None:
        """Rules first, and what they prove is acted upon at once; then the models, where there are any."""
        incident = self.store.book.find(incident_id)
        if incident is None or incident.state in ("resolved", "muted"):
            return
        is_new = incident.cause is None
        incident = await self._settled(incident, {})
        if is_new:
            await self.lifecycle.opened(incident)
        incident = self._save(await self.lifecycle.carry_on(incident))
        if incident.state != "resolved" and self._is_unheard(incident):
            thought = await self.attention.unless_taken(self._settled(incident, self.mind.models))
            if thought is not None:  # else it is taken up again once the person has an answer
                self._save(await self.lifecycle.carry_on(thought))

    def _is_unheard(self, incident: Incident) -> bool:
        """Whether a tier that is free has not been heard on it: some faults are there before the models are."""
        heard = {opinion.by for opinion in incident.opinions}
        return not self.attention.taken and any(tier in self.mind.models and tier not in heard for tier in ALWAYS_ASKED)

    async def _settled(self, incident: Incident, models: Mapping[Tier, ChatModel]) -> Incident:
        told = [str(note) for note in self.store.memory.notes(NOTES)]
        engine = Engine(models=models, looks=self.looks, clock=self.clock, told=told, home=self.host)
        bare = replace(
            incident, evidence=(), notes=lasting(incident.notes), opinions=() if models else incident.opinions
        )
        (thought,) = await engine.understand([bare], self.units, THINK_SECONDS)
        return self._save(proposed_anew(thought, incident))

    def _save(self, incident: Incident) -> Incident:
        """Save what was thought, on top of what was seen and what people said meanwhile."""
        current = self.store.book.find(incident.id)
        if current is not None:
            incident = on_top_of(current, incident)
        self.store.book.save(incident)
        return incident

    async def _wonder(self) -> None:
        """What no rule knows is put to the models a few lines at a time, while there is nothing graver to think of."""
        while True:
            await self.sleep(WONDER_SECONDS)
            if not self._queued and not self._thinking and not self.attention.taken:
                known = self.store.book.open_incidents()
                self.hear(await self.wonder.judge(known, self.mind.models, host=self.host, clock=self.clock))
            self.sources.pop("novel lines", None)

    async def _tidy(self) -> None:
        """Keep what is remembered within its limits, in steps that hold up nothing else."""
        while True:
            while self.retention().tidy(self.clock.now()):
                await self.sleep(TIDY_PAUSE)
            self.sources.pop("memory", None)
            await self.sleep(TIDY_SECONDS)

    async def _tend(self) -> None:
        await self._units_asked.wait()
        while True:
            await self.sleep(TEND_SECONDS)
            await self.tend()
            await self._see_gate()
            self.sources.pop("tending", None)

    async def _see_gate(self) -> None:
        """All is watched without a gate and a messenger, so they are told beside what is read."""
        await self.lifecycle.see_gate()
        if why := self.lifecycle.gate_problem:
            self.sources["gate"] = SourceReport(name="gate", read=True, problem=f"nothing can be changed: {why}")
        else:
            self.sources.pop("gate", None)
        if why := self.lifecycle.notifier.problem:
            self.sources["notify"] = SourceReport(name="notify", read=True, problem=f"people are not told: {why}")
        else:
            self.sources.pop("notify", None)

    async def tend(self) -> None:
        """See what is muted now, how what waits stands, and what is over."""
        now = self.clock.now()
        mutes = self.store.memory.mutes(now)
        for before in self.store.book.open_incidents():
            if before.id in self._queued or before.id == self._thinking:
                continue
            incident = apply_mutes(before, mutes, now)
            if incident is not before:
                self.store.book.save(incident)
            why = why_over(incident, self.units if incident.host == self.host else {}, self._still, now)
            if why is not None:
                self._save(await self.lifecycle.over(incident, why))
            elif incident.cause is not None:
                changed = await self.lifecycle.carry_on(incident)
                if changed is not incident:
                    self._save(changed)
                if changed.state in ("open", "waiting") and self._is_unheard(changed):
                    self._look_into(changed)
            elif incident.state != "muted":
                self._look_into(incident)


def _first(error: BaseException) -> BaseException:
    """What failed first: loops side by side raise theirs in a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _metric_name(event: Event) -> str:
    return f"{event.fields['metric']} {event.subject}".strip()
