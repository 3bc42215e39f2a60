"""The verbs that all faces share. A face asks; this says what is known, finds out, and remembers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.host.pressure import short_of
from stillwatch.ports import ChatModel
from stillwatch.reading.gather import Gathered, gather
from stillwatch.reading.triage_run import TriageRun
from stillwatch.records.incident import Incident, Step, whole_incident_id
from stillwatch.records.mute import Mute
from stillwatch.records.note import MOST_NOTES, Note
from stillwatch.records.report import Reply, Report, SourceReport
from stillwatch.service.parts import ServiceParts
from stillwatch.service.status import named_hosts, status_of, unknown_kind, with_sources
from stillwatch.think.diagnosis.understand import Engine, Progress, ignore
from stillwatch.think.diagnosis.unknown_lines import faults_among
from stillwatch.triage.group import group
from stillwatch.views.gate import Verb
from stillwatch.watch.check import check_rules
from stillwatch.watch.rule import Rule
from stillwatch.watch.unknown import ranked

if TYPE_CHECKING:
    from stillwatch.think.talk.topic import Known

NOVEL_SHARE = 0.25
NOTES = 5
T = TypeVar("T")
GATHER_SECONDS = 30.0
GATHER_SHARE = 0.5
"""Of a pass's deadline, at most this much goes into reading."""


class OnePass:
    def __init__(self, parts: ServiceParts) -> None:
        self._parts = parts
        self._clock = parts.clock

    async def check(
        self,
        *,
        since: float = 3600.0,
        journal: str | None = None,
        log: str | None = None,
        use_models: bool = True,
        deadline: float = 60.0,
        progress: Progress = ignore,
    ) -> Report:
        """One read-only pass: what is wrong, why, what could be done. since: seconds back; deadline: seconds for all.

        journal, log: read these instead of the host. Raises WrongUsage where they cannot be read.
        """
        report, _ = await self._pass(since, journal, log, use_models, deadline, progress)
        return report

    async def ask(
        self,
        question: str,
        *,
        use_models: bool = True,
        deadline: float = 120.0,
        progress: Progress = ignore,
        say: Callable[[str], None] = ignore,
    ) -> Reply:
        """Answer a question: facts by code, then what a model adds. say: gets the pieces as they come."""
        if not question.strip():
            raise WrongUsage("there is no question", next_step='stillwatch ask "why is nginx down?"')
        # What talks is loaded where somebody asks: a check starts the sooner.
        from stillwatch.service.answering import Answering, Question
        from stillwatch.service.asking import PlainWords, no_orders, reply_to
        from stillwatch.think.talk.orders import order_in

        report, gathered = await self._known(deadline, progress)
        known = self._to_draw_on(report, gathered)
        if order := order_in(question, known.units):
            say(sentence := no_orders(order, question))
            return Reply(text=sentence, by="rule")
        answering = Answering(
            known=known,
            looks=self._parts.looks(None, None),
            clock=self._clock,
            words=PlainWords,
            writing=(lambda: self._writing(progress)) if use_models else None,
        )
        seconds = deadline * (1 - GATHER_SHARE)
        return await reply_to(Question(text=question, deadline=seconds), answering, progress, say)

    def incidents(self) -> Sequence[Incident]:
        """Those that are not resolved, the worst first."""
        return sorted(self._parts.memory.open_incidents(), key=lambda one: (-one.severity, one.opened))

    def recent(self, limit: int, before: str = "") -> Sequence[Incident]:
        """Resolved ones too, the newest first; before: only those older than the incident of this id."""
        return self._parts.memory.recent(limit, before)

    def incident(self, incident_id: str) -> Incident:
        """Raises WrongUsage if there is none with this id."""
        found = self._parts.memory.find(whole_incident_id(incident_id))
        if found is None:
            raise WrongUsage(f"no incident {incident_id}", next_step="stillwatch incidents list")
        return found

    def close(self, incident_id: str, by: str) -> Incident:
        """A person says that it is over."""
        found, now = self.incident(incident_id), self._clock.now()
        step = Step(at=now, by=by, text="closed")
        closed = replace(found, state="resolved", updated=now, history=(*found.history, step))
        self._parts.memory.save([closed])
        return closed

    def mute(self, *, incident_id: str | None, rule: str | None, until: float, by: str) -> str:
        """Not to be told of it until then (seconds since the epoch); what is critical is told all the same."""
        pattern = self.incident(incident_id).key if incident_id else rule
        if not pattern:
            raise WrongUsage("mute what?", next_step="name an incident or --rule")
        self._parts.memory.mute(Mute(pattern=pattern, until=until, by=by, because=""))
        return f"{incident_id or pattern} is muted; what is critical is still told"

    def mutes(self) -> Sequence[Mute]:
        """What nobody wants to hear of now."""
        return self._parts.memory.mutes(self._clock.now())

    def unmute(self, pattern: str) -> str:
        """Tell of it again. pattern: an incident's id, or what `mutes` lists. Raises WrongUsage if it is not muted."""
        known = self._parts.memory.find(whole_incident_id(pattern))
        for name in dict.fromkeys([*([known.key, known.muted_by] if known else []), pattern]):
            if name and self._parts.memory.unmute(name, self._clock.now()):
                return f"{pattern} is told again"
        raise WrongUsage(f"{pattern} is not muted", next_step="stillwatch incidents unmute   (lists what is)")

    def notes(self) -> Sequence[Note]:
        """What people told it, the newest first."""
        return self._parts.memory.notes(MOST_NOTES)

    def forget(self, number: int) -> None:
        """Forget a note. Raises WrongUsage if there is none of this number."""
        if not self._parts.memory.forget(number):
            raise WrongUsage(f"there is no note {number}", next_step="stillwatch note list")

    def note(self, text: str, by: str) -> None:
        """Remember a fact that a person tells."""
        self._parts.memory.note(self._clock.now(), by, text)

    def noted(self) -> list[str]:
        """What people told it, the newest first, as facts for an answer."""
        return [str(note) for note in self._parts.memory.notes(NOTES)]

    async def status(self) -> Report:
        """What the last pass found, as far as it is remembered; `unknown` if there was none."""
        last = self._parts.memory.last_report()
        if last is not None:
            return last
        problem = "nothing has been checked yet"
        return Report(
            host=self._parts.host,
            at=self._clock.now(),
            status="unknown",
            sources=(SourceReport(name="store", read=False, problem=problem),),
        )

    def triage(self, *, journal: str | None, log: str | None) -> TriageRun:
        """Only watch: the journal, a directory or a log instead of it. Errors show when it is iterated."""
        return TriageRun(self._parts.watcher(), journal, log, self._clock)

    def rules(self) -> Sequence[Rule]:
        return self._parts.rules

    def test_rules(self) -> Sequence[str]:
        """What is wrong with the rules, a line each; empty if every sample fires or stays silent as it should."""
        return [*self._parts.rule_problems, *check_rules(self._parts.rules, self._parts.ordinary())]

    def left_out_rules(self) -> Sequence[str]:
        """Own rules that could not be used, by file and line."""
        return self._parts.rule_problems

    def tools(self) -> Mapping[str, Mapping[str, Any]]:
        return self._parts.catalogue()

    async def look_around(self) -> tuple[Report, Gathered]:
        """How the host stands now, by the rules: what a conversation draws on where no daemon runs."""
        return await self._known(GATHER_SECONDS, ignore)

    async def _known(self, deadline: float, progress: Progress) -> tuple[Report, Gathered]:
        """What an answer can draw on: one pass over the last hour, by the rules."""
        return await self._pass(3600.0, None, None, False, deadline * GATHER_SHARE, progress)

    async def _pass(
        self, since: float, journal: str | None, log: str | None, use_models: bool, deadline: float, progress: Progress
    ) -> tuple[Report, Gathered]:
        started, now = self._clock.boot(), self._clock.now()
        own = journal is None and log is None
        sources, looks = self._parts.sources(journal, log, now - since), self._parts.looks(journal, log)
        async with self._parts.tiers(use_models) as tiers:
            watcher = self._parts.watcher()
            gathered = await gather(sources, watcher, self._clock, deadline * GATHER_SHARE, progress)
            home = self._parts.host if own else ""
            found = group(gathered.triggers, gathered.units, now, home=home)
            if use_models and (found or gathered.novel):
                await tiers.start(progress)
            novel = await faults_among(
                gathered.novel,
                found,
                tiers.models,
                host=self._parts.host,
                clock=self._clock,
                seconds=deadline * NOVEL_SHARE,
            )
            if novel:
                found = group((*gathered.triggers, *novel), gathered.units, now, home=home)
            notes, unread = self._recalled(self.noted, list[str]()) if own else ([], ())
            engine = Engine(models=tiers.models, looks=looks, clock=self._clock, progress=progress, notes=notes)
            engine = replace(engine, home=home, spared=short_of())
            left = deadline - (self._clock.boot() - started)
            thought = await engine.understand(found, gathered.units, max(left, 0.5))
            incidents = tuple(one for one in thought if one.state != "resolved")
            if own:
                incidents, unread = self._recalled(
                    lambda: self._parts.memory.recognise(incidents, now), tuple(incidents)
                )
            read = (*gathered.sources, *unread, *self._broken_rules())
            report = Report(
                host=self._parts.host if own else named_hosts(gathered.hosts) or self._parts.host,
                at=now,
                status=status_of(incidents, read),
                incidents=tuple(incidents),
                sources=read,
                tiers=await tiers.report(),
                lines=gathered.lines,
                dropped=gathered.dropped,
                unread=gathered.unread,
                unknown=tuple(unknown_kind(one) for one in ranked(gathered.novel)),
                seconds=round(self._clock.boot() - started, 3),
            )
        if own:
            _, unkept = self._recalled(lambda: self._parts.memory.keep(report), None)
            report = report if unread or not unkept else with_sources(report, unkept)
        return report, gathered

    def _broken_rules(self) -> tuple[SourceReport, ...]:
        """Own rules that are left out, told beside what was read."""
        problems = self._parts.rule_problems
        return (SourceReport(name="rules", read=True, problem="; ".join(problems[:3])),) if problems else ()

    def _recalled(self, recall: Callable[[], T], otherwise: T) -> tuple[T, tuple[SourceReport, ...]]:
        """What memory gives; where its store cannot be used, the pass goes on without and says so (R42)."""
        try:
            return recall(), ()
        except StillwatchError as error:
            return otherwise, (SourceReport(name="state", read=False, problem=str(error)),)

    def _to_draw_on(self, report: Report, gathered: Gathered) -> Known:
        from stillwatch.think.talk.answer import numbered
        from stillwatch.think.talk.topic import Known
        from stillwatch.untrusted.echo import with_quotations

        incidents, evidence = numbered(report.incidents)
        return Known(
            units=gathered.units,
            sources=report.sources,
            incidents=incidents,
            evidence=evidence,
            recent=lambda most: [with_quotations(one) for one in self.recent(most)],
            samples=self._samples,
            gate=self._ask_gate,
            notes=self.noted,
            mutes=lambda: [f"{one.pattern} ({one.by})" for one in self.mutes()],
            models=[f"{tier}: {one.state}, {one.detail}" for tier, one in report.tiers.items()],
        )

    async def _ask_gate(self, verb: Verb[T], /, **fields: Any) -> T | str:
        if self._parts.gate is None:
            return "no gate is configured here"
        try:
            return await self._parts.gate(verb, **fields)
        except StillwatchError as error:
            return str(error).rstrip(".")

    @property
    def _samples(self) -> Callable[[str, float, float], Sequence[tuple[float, float]]] | None:
        """Readings over time; only a daemon has some."""
        return None

    @asynccontextmanager
    async def _writing(self, progress: Progress) -> AsyncIterator[ChatModel | str]:
        """The model that writes, or one phrase why there is none."""
        async with self._parts.tiers(True) as tiers:
            await tiers.start(progress)
            yield tiers.writer()
