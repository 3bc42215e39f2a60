"""`stillwatch run`: watch for ever, understand what opens, have it mended as far as the owner allows, see it end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from stillwatch.config import Keep
from stillwatch.daemon import foresight
from stillwatch.daemon.foresight import Foresight
from stillwatch.daemon.rule_reload import RuleReload
from stillwatch.daemon.settings_watch import SettingsWatch
from stillwatch.daemon.standing import Standing
from stillwatch.daemon.thinking import Models, Thinking
from stillwatch.daemon.watching import Watching
from stillwatch.errors import StillwatchError
from stillwatch.incidents.digest import Digest, Folded
from stillwatch.incidents.lifecycle import MEASURED_FOR, Lifecycle
from stillwatch.incidents.retention import Retention, Steady
from stillwatch.incidents.thought import is_news
from stillwatch.ports import Clock, LookTools
from stillwatch.reading.gather import Gathered
from stillwatch.reading.source import NOWHERE, Source
from stillwatch.records.incident import Incident
from stillwatch.records.report import SourceReport
from stillwatch.records.trigger import Trigger
from stillwatch.store.store import Store
from stillwatch.think.diagnosis.recollected import Recollected
from stillwatch.think.diagnosis.unknown_lines import UnknownLines
from stillwatch.triage.mute import apply_mutes
from stillwatch.triage.resolution import why_over
from stillwatch.watch.monitor import Watcher

NO_CHANGES = "nothing can be changed"
LOG = logging.getLogger(__name__)
SETTLE_SECONDS = 0.3
"""Changes of one cause come within moments of each other; they are looked at together."""
TEND_SECONDS = 1.0
UNKNOWN_SECONDS = 30.0
TIDY_SECONDS, TIDY_PAUSE = 600.0, 0.2
RETRY_SECONDS = 5.0


@dataclass(kw_only=True)
class Daemon:
    """Every loop survives the loss of what it watches: it says so in `sources` and tries again.

    sources: what is followed; beside: judges the text of those that are read beside the journal.
    """

    host: str
    clock: Clock
    watcher: Watcher
    store: Store
    looks: LookTools
    tiers: Models
    lifecycle: Lifecycle
    sources: Sequence[Source] = ()
    beside: Watcher | None = None
    keep: Keep = field(default_factory=Keep)
    rules: RuleReload | None = None
    settings: SettingsWatch | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    standing: Standing = field(default_factory=Standing)
    unknown_lines: UnknownLines = field(default_factory=UnknownLines)
    digestion: Digest = field(init=False)
    thinking: Thinking = field(init=False)
    watching: Watching = field(init=False)
    foresight: Foresight = field(init=False)
    steady: Steady = field(init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.lifecycle.units = lambda: self.standing.units
        self.standing.followed = frozenset((foresight.NAME, *(source.name for source in self.sources)))
        self.steady = Steady(clock=self.clock, newest=self.store.samples.newest())
        self.digestion = Digest(store=self.store, clock=self.clock, home=self.host)
        self.thinking = Thinking(
            host=self.host,
            store=self.store,
            clock=self.clock,
            looks=Recollected(self.looks, self.clock),
            tiers=self.tiers,
            lifecycle=self.lifecycle,
            standing=self.standing,
        )
        self.watching = Watching(
            now=self.clock.now,
            watcher=self.watcher,
            beside=self.beside,
            store=self.store,
            standing=self.standing,
            unknown_lines=self.unknown_lines,
            hear=self.hear,
            sleep=self.sleep,
        )
        self.foresight = Foresight(
            host=self.host, store=self.store, clock=self.clock, standing=self.standing, hear=self.hear, sleep=self.sleep
        )

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for source in self.sources:
                tasks.create_task(self._for_ever(source.name, partial(self.watching.follow, source)))
            tasks.create_task(self._for_ever("incidents", self._digest))
            tasks.create_task(self._for_ever("thinking", self.thinking.run))
            tasks.create_task(self._for_ever("tending", self._tend))
            tasks.create_task(self._for_ever(foresight.NAME, self.foresight.follow))
            if self.settings is not None:
                tasks.create_task(self._for_ever("settings", self.settings.follow))
            tasks.create_task(self._for_ever("novel lines", self._wonder))
            tasks.create_task(self._for_ever("memory", self._tidy))
            if self.rules is not None:
                tasks.create_task(self._for_ever("rules", self._reload_rules))

    async def _reload_rules(self) -> None:
        if self.rules is not None:
            watchers = [self.watcher, *([self.beside] if self.beside else [])]
            await self.rules.follow(watchers, self.standing, self.sleep)

    def retention(self) -> Retention:
        """What is remembered, and its limits."""
        return Retention(store=self.store, keep=self.keep)

    def known(self) -> Gathered:
        """What is known now, in the shape of one pass of reading."""
        now = self.standing
        units, sources = dict(now.units), tuple(now.sources.values())
        return Gathered(triggers=(), novel=(), units=units, sources=sources, lines=now.lines)

    @property
    def dropped(self) -> int:
        """Lines of trouble of which only the number is kept."""
        return self.standing.crowded_out + self.digestion.dropped

    def hear(self, triggers: Sequence[Trigger], places: Mapping[str, str] = NOWHERE) -> None:
        """Take in triggers; they are folded into incidents together."""
        self.digestion.hear(triggers, places)
        if triggers or places:
            self._news.set()

    async def _for_ever(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        reason = ""
        while True:
            try:
                # In a task of its own: a task group that fails leaves its task marked as cancelled (Python 3.11).
                await asyncio.ensure_future(loop())
            except (Exception, asyncio.CancelledError) as error:  # whatever it is, the other loops go on
                if _is_told_to_end():
                    raise
                first = _first(error)
                why = str(first) or type(first).__name__
                self.standing.sources[name] = SourceReport(name=name, read=False, problem=why)
                known = isinstance(first, StillwatchError | OSError)
                if why != reason or not known:
                    LOG.warning("%s: %s", name, why, exc_info=None if known else error)
                reason = why
            if name == "units":
                self.standing.units_asked.set()
            await self.sleep(RETRY_SECONDS)

    async def _digest(self) -> None:
        """Triggers become incidents. Not before the units are known: what has mended itself would look broken."""
        await self.standing.units_asked.wait()
        while True:
            await self._news.wait()
            await self.sleep(SETTLE_SECONDS)
            self._news.clear()
            self._noticed(await self.digestion.fold(self.standing.units))
            self.standing.fine("incidents")

    def digest(self) -> list[Incident]:
        """Fold what is pending into incidents, now."""
        return self._noticed(self.digestion.fold_now(self.standing.units))

    def _noticed(self, folded: Folded) -> list[Incident]:
        for incident in folded.found:
            if is_news(incident, folded.before.get(incident.id)):
                self.thinking.look_into(incident)
        if self.digestion.pending:
            self._news.set()
        return folded.found

    async def _wonder(self) -> None:
        """What no rule knows is put to the models a few lines at a time, while there is nothing graver to think of."""
        while True:
            await self.sleep(UNKNOWN_SECONDS)
            if self.thinking.is_idle:
                known = self.store.book.open_incidents()
                self.hear(
                    await self.unknown_lines.judge(known, self.thinking.tiers.models, host=self.host, clock=self.clock)
                )
            self.standing.fine("novel lines")

    async def _tidy(self) -> None:
        """Keep what is remembered within its limits, in steps that hold up nothing else."""
        while True:
            while self.retention().tidy(self.clock.now(), by_age=bool(self.steady)):
                await self.sleep(TIDY_PAUSE)
            self.standing.fine("memory")
            await self.sleep(TIDY_SECONDS)

    async def _tend(self) -> None:
        await self.standing.units_asked.wait()
        while True:
            await self.sleep(TEND_SECONDS)
            await self.tend()
            await self.measure_again()
            await self._see_gate()
            self.standing.fine("tending")

    async def _see_gate(self) -> None:
        """All is watched without a gate and a messenger, so they are told beside what is read."""
        await self.lifecycle.see_gate()
        gate, people = self.lifecycle.gate_problem, self.lifecycle.notifier.problem
        self.standing.beside("gate", f"{NO_CHANGES}: {gate}" if gate else "")
        self.standing.beside("notify", f"people are not told: {people}" if people else "")

    async def tend(self) -> None:
        """See what is muted now, how what waits stands, and what is over.

        Between two incidents the others have their turn: there may be a thousand.
        """
        now = self.clock.now()
        mutes = self.store.memory.mutes(now)
        for known in [incident.id for incident in self.store.book.open_incidents()]:
            await asyncio.sleep(0)
            before = self.store.book.find(known)
            if before is None or before.state == "resolved" or known in self.thinking.queued:
                continue
            if known == self.thinking.busy:
                continue
            incident = apply_mutes(before, mutes, now)
            if incident is not before:
                self.store.book.save(incident)
            units = self.standing.units if incident.host == self.host else {}
            why = why_over(incident, units, self.standing.still, now)
            if why is not None:
                self.thinking.save(await self.lifecycle.over(incident, why))
            elif incident.cause is not None:
                changed = await self.lifecycle.carry_on(incident)
                if changed is not incident:
                    self.thinking.save(changed)
                unheard = changed.state in ("open", "waiting") and self.thinking.is_unheard(changed)
                if unheard or self.thinking.is_stale(changed):
                    self.thinking.look_into(changed)
            elif incident.state != "muted":
                self.thinking.look_into(incident)

    async def measure_again(self) -> None:
        """What was mended a short while ago opens anew where it did not hold; not where that is told already.

        What waits for a person though its incident is over is taken back.
        """
        if not self.lifecycle.is_time_to_measure():
            return
        book, now = self.store.book, self.clock.now()
        known = {incident.key for incident in book.open_incidents()}
        for before in book.ended_since(now - MEASURED_FOR):
            after = await self.lifecycle.measured_again(await self.lifecycle.without_waiting(before))
            if after is not before:
                book.save(after if after.key not in known else replace(after, state="resolved"))


def _is_told_to_end() -> bool:
    """Whether this task is being cancelled. A cancellation from within, such as that of a call to a bus that went away,
    is a failure like others: a loop that it ended would be missed by nobody."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _first(error: BaseException) -> BaseException:
    """What failed first: loops side by side raise theirs in a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
