"""The loop: from triggers to incidents that are understood, as far as rules and models get within the deadline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.records.assessment import Assessment, Opinion
from stillwatch.records.chat import Failure, Tier
from stillwatch.records.incident import LOOK_AT_IT, Incident, Step
from stillwatch.records.trigger import Severity
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.failing import could_restart
from stillwatch.think.diagnosis.consensus import consensus, is_proven, wants_closer_look
from stillwatch.think.diagnosis.diagnose import diagnose
from stillwatch.think.diagnosis.meta import look_closer
from stillwatch.think.diagnosis.review import review
from stillwatch.think.diagnosis.trigger import Urgency, urgency_of
from stillwatch.untrusted.for_model import new_nonce

Progress = Callable[[str], None]

MOST_INCIDENTS_FOR_MODELS = 6
TRIGGER_SECONDS = 15.0
REVIEW_SECONDS = 30.0
LOOK_SECONDS = 8.0
SPARE_SECONDS = 2.0
"""Kept back from every deadline for writing the report."""
LEAST_SECONDS = 2.0
"""In less no model answers: it is not asked, so that a deadline of ours is never told as a failure of the model's."""
TIME_IS_UP = "the time for this report was up"


def ignore(_: str) -> None:
    """Progress that nobody reads."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """models: the tiers that may be asked (none: rules only); looks: None when the host is not to be looked at;
    notes: what people noted about this host, for whoever looks closer; spared: why no model is asked now, "" where they
    may be; home: the host that looks and units are of, ""
    for any. Of another host only what its lines say is known, and nothing can be done to it from here.
    """

    models: Mapping[Tier, ChatModel]
    looks: LookTools | None
    clock: Clock
    progress: Progress = ignore
    notes: Sequence[str] = ()
    home: str = ""
    spared: str = ""
    others: frozenset[str] = frozenset()
    """What else is in trouble, by incidents that are not thought about now."""

    def _why_unasked(self, ends: float) -> str:
        """Why no model is asked now; "" where they may be."""
        return self.spared or (TIME_IS_UP if ends - self.clock.boot() < LEAST_SECONDS else "")

    def is_here(self, incident: Incident) -> bool:
        """Whether the incident is of the host that can be looked at."""
        return self.home in ("", incident.host)

    async def understand(
        self, incidents: Sequence[Incident], units: Mapping[str, UnitState], deadline: float
    ) -> tuple[Incident, ...]:
        """Find out why, for each incident, the worst first. deadline: seconds for all of them.

        What the models do not get to keeps the cause that the rules gave it; nothing is dropped.
        """
        ends = self.clock.boot() + deadline - SPARE_SECONDS
        ordered = sorted(incidents, key=lambda incident: (-incident.severity, incident.opened))
        troubled = self.others.union(incident.subject for incident in ordered)
        diagnosed = folded([await self._diagnose(one, units, ends, troubled - {one.subject}) for one in ordered])
        understood = []
        for number, (incident, rule) in enumerate(diagnosed):
            why = self._why_unasked(ends)
            if number >= MOST_INCIDENTS_FOR_MODELS or why or not self.models or rule.over or rule.meant:
                understood.append(self._bounded(self._settled(incident, rule, why)))
                continue
            self.progress(f"thinking about {incident.subject} ({number + 1} of {len(diagnosed)})")
            thought = await self._think(incident, rule, units, ends)
            understood.append(self._bounded(_helpful(thought, rule, units)))
        return tuple(understood)

    def _settled(self, incident: Incident, rule: Assessment, why: str) -> Incident:
        """By the rules alone; what is over by what they saw is resolved, and says so."""
        settled = consensus(incident, rule)
        if self.models and why:
            settled = replace(settled, notes=(*settled.notes, f"No model was asked: {why}."))
        if not rule.over:
            return settled
        step = Step(at=self.clock.now(), by="rule", text=rule.over)
        return replace(settled, state="resolved", history=(*settled.history, step))

    def _bounded(self, incident: Incident) -> Incident:
        """Another host's fault has a cause, but nothing that could be done to it here."""
        return incident if self.is_here(incident) else replace(incident, proposal=None)

    async def _diagnose(
        self, incident: Incident, units: Mapping[str, UnitState], ends: float, troubled: frozenset[str]
    ) -> tuple[Incident, Assessment]:
        seconds = min(LOOK_SECONDS, max(ends - self.clock.boot(), 0.5))
        looks, here = (self.looks, units) if self.is_here(incident) else (None, {})
        now, notes = self.clock.now(), self.notes
        return await diagnose(incident, looks, here, deadline=seconds, now=now, owner_notes=notes, troubled=troubled)

    async def _think(
        self, incident: Incident, rule: Assessment, units: Mapping[str, UnitState], ends: float
    ) -> Incident:
        nonce = new_nonce()
        incident = await self._urgency(incident, rule, nonce, ends)
        incident, reviewed = await self._review(incident, rule, nonce, ends)
        opinions = [reviewed] if reviewed else []
        if wants_closer_look(rule, reviewed):
            incident, looked = await self._meta(incident, units, nonce, ends)
            opinions += [looked] if looked else []
        return consensus(incident, rule, *opinions)

    async def _urgency(self, incident: Incident, rule: Assessment, nonce: str, ends: float) -> Incident:
        model = self.models.get("trigger")
        if model is None:
            return incident
        urgency = await urgency_of(model, incident, nonce, self._left(ends, TRIGGER_SECONDS))
        if isinstance(urgency, Failure):
            return failed(incident, "trigger", urgency)
        incident = replace(incident, opinions=(*incident.opinions, Opinion(by="trigger", says=urgency)))
        return incident if is_proven(rule) else replace(incident, severity=_weighed(incident.severity, urgency))

    async def _review(
        self, incident: Incident, rule: Assessment, nonce: str, ends: float
    ) -> tuple[Incident, Assessment | None]:
        """What is proven is put to the reviewer to contradict; where it is not, nobody puts words into its mouth."""
        model = self.models.get("review")
        if model is None or self._why_unasked(ends):
            return incident, None
        suspicion = rule.cause.id if rule.cause is not None and is_proven(rule) else ""
        assessment = await review(model, incident, nonce, self._left(ends, REVIEW_SECONDS), suspicion=suspicion)
        if isinstance(assessment, Failure):
            return failed(incident, "review", assessment), None
        return incident, assessment

    async def _meta(
        self, incident: Incident, units: Mapping[str, UnitState], nonce: str, ends: float
    ) -> tuple[Incident, Assessment | None]:
        model = self.models.get("meta")
        if model is None or self._why_unasked(ends):
            return incident, None
        self.progress(f"looking closer at {incident.subject}")
        incident, assessment = await look_closer(
            model,
            incident,
            self.looks if self.is_here(incident) else None,
            units_to_ask_about(incident, units if self.is_here(incident) else {}),
            nonce=nonce,
            clock=self.clock,
            deadline=self._left(ends, float("inf")),
            notes=self.notes,
        )
        if isinstance(assessment, Failure):
            return failed(incident, "meta", assessment), None
        return incident, assessment

    def _left(self, ends: float, most: float) -> float:
        return min(ends - self.clock.boot(), most)


def folded(diagnosed: Sequence[tuple[Incident, Assessment]]) -> list[tuple[Incident, Assessment]]:
    """What merely follows from another of them, by what the looks show, is told with that one."""
    blamed = {incident.subject: incident for incident, _ in diagnosed}
    following: dict[str, list[str]] = {}
    kept = []
    for incident, rule in diagnosed:
        cause = rule.cause
        root = blamed.get(cause.object) if cause and cause.id == "dependency-failed" and is_proven(rule) else None
        if root is None or root is incident or root.host != incident.host:
            kept.append((incident, rule))
        else:
            following.setdefault(root.subject, []).append(incident.subject)
    return [(_followed(incident, following.get(incident.subject, ())), rule) for incident, rule in kept]


def _followed(incident: Incident, sufferers: Sequence[str]) -> Incident:
    if not sufferers:
        return incident
    note = f"{', '.join(dict.fromkeys(sufferers))} {'suffers' if len(sufferers) == 1 else 'suffer'} from it"
    return replace(incident, notes=(*incident.notes, note))


def _helpful(thought: Incident, rule: Assessment, units: Mapping[str, UnitState]) -> Incident:
    """A model's remedy only where one of that kind can help, by what PID 1 says of the unit."""
    proposal = thought.proposal
    if proposal is None or proposal == rule.proposal or proposal.action not in ("restart_unit", "start_unit"):
        return thought
    return thought if could_restart(units.get(proposal.target)) else replace(thought, proposal=None)


def failed(incident: Incident, tier: Tier, failure: Failure) -> Incident:
    """No answer is not an answer: the incident says that a person should look (never "healthy")."""
    note = f"the {tier} model gave no usable answer ({failure.reason}); {LOOK_AT_IT}"
    says = f"no answer: {failure.reason}"
    return replace(incident, notes=(*incident.notes, note), opinions=(*incident.opinions, Opinion(by=tier, says=says)))


def units_to_ask_about(incident: Incident, units: Mapping[str, UnitState], most: int = 12) -> list[str]:
    """The incident's units and what they depend on: names that the system gave, for a model to choose from."""
    subjects = [incident.subject, *(trigger.subject for trigger in incident.triggers)]
    near = [
        name
        for subject in subjects
        if subject in units
        for name in (subject, *units[subject].requires, *units[subject].wants, *units[subject].required_by)
    ]
    known = [name for name in dict.fromkeys(near) if name in units and name.endswith((".service", ".timer", ".socket"))]
    if not known:
        known = sorted(name for name, unit in units.items() if unit.active_state == "failed")
    return known[:most]


def _weighed(severity: Severity, urgency: Urgency) -> Severity:
    """The trigger tier moves an unproven incident by one step, never out of sight."""
    if urgency == "noise":
        return Severity(max(severity - 1, Severity.low))
    if urgency == "serious":
        return Severity(min(severity + 1, Severity.medium)) if severity < Severity.medium else severity
    return severity
