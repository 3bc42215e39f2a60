"""What becomes of an incident once it is understood: proposed, decided, waiting, acted upon, over.

The gate decides and acts; this only asks it and writes down what it said.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.incidents.aftermath import next_start, still_down
from stillwatch.ports import Answered, Clock, GateDoor, Notifier
from stillwatch.records.action import Outcome, Proposal
from stillwatch.records.cause import says_why
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import LOOK_AT_IT, Incident, State, Step
from stillwatch.records.trigger import Severity
from stillwatch.records.unit import UnitState
from stillwatch.untrusted import for_notice
from stillwatch.untrusted.echo import with_quotations

WAITS: Final = "waits for you"
NO_GATE: Final = "the gate does not answer: nothing can be changed"
NO_CAUSE_YET: Final = "the cause is not known yet"
LOG = logging.getLogger(__name__)
ENDED = frozenset({"done", "failed", "undone", "unknown"})
"""States of a proposal that is over; its outcome says how."""
GATE_SECONDS = 15.0
MAY_CHANGE = frozenset({"precondition", "observe", "gate"})
"""Rules of a refusal that need not last: a unit between two starts, a helper that was late, autonomy raised since."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 600.0
"""Seconds until such a proposal is made again; each pause is twice the one before."""
MEASURED_WITHIN = 30.0
"""Seconds in which the gate measures what it has done; until then nobody knows whether it helped."""
MEASURED_FOR = 700.0
"""Seconds after a change within which the gate measures it again (now, after 1 and after 10 minutes)."""
MEASURE_PAUSE = 15.0
TRIED, UNKNOWN = "tried without success:", "what became of it is not known:"
TOLD_FROM = Severity.medium
"""Nobody is woken for less."""


def no_units() -> Mapping[str, UnitState]:
    """Where nobody asks PID 1."""
    return {}


@dataclass(kw_only=True)
class Lifecycle:
    """units: as PID 1 told of them last."""

    gate: GateDoor
    notifier: Notifier
    clock: Clock
    units: Callable[[], Mapping[str, UnitState]] = no_units
    gate_problem: str = ""
    """Why the gate does not answer, "" while it does."""
    _gate_asked: float = float("-inf")
    _measured: float = float("-inf")
    _again: dict[str, tuple[float, float]] = field(default_factory=dict)
    _done: dict[str, float] = field(default_factory=dict)

    async def carry_on(self, incident: Incident) -> Incident:
        """One step further: propose what is not proposed yet, or see how a proposal stands."""
        if incident.state in ("resolved", "muted"):
            return incident
        try:
            if incident.proposal_id and incident.outcome is None:
                answered = await self.gate.look_up(incident.proposal_id)
            elif incident.proposal is not None and (incident.decision is None or self._is_due_again(incident)):
                answered = await self.gate.propose(incident.proposal, incident.id)
            else:
                return incident
        except NotReachable as error:
            await self._lost(str(error))
            return incident
        except StillwatchError as error:  # a gate whose book was replaced does not know the proposal any more
            self.gate_problem = ""
            return await self._forgotten(incident, str(error))
        self.gate_problem = ""
        return await self._answered(incident, answered)

    async def see_gate(self) -> None:
        """Whether the gate answers, asked every GATE_SECONDS: a person should know before it is needed."""
        if self.clock.boot() - self._gate_asked < GATE_SECONDS:
            return
        self._gate_asked = self.clock.boot()
        try:
            await self.gate.answers()
            self.gate_problem = ""
        except NotReachable as error:
            await self._lost(str(error))
        except StillwatchError:
            self.gate_problem = ""  # it refuses, so it is there

    async def opened(self, incident: Incident) -> None:
        """Tell of a new incident."""
        await self._tell(incident, "opened", incident.cause.text if incident.cause else NO_CAUSE_YET)

    async def over(self, incident: Incident, why: str) -> Incident:
        """The fault is gone."""
        self._again.pop(incident.id, None)
        done = self._stepped(incident, "rule", why, "resolved")
        await self._tell(done, "resolved", why)
        return done

    def is_time_to_measure(self) -> bool:
        """Whether to ask again what the gate measured of changes that seemed to help; then not for a while."""
        due = self.clock.boot() - self._measured >= MEASURE_PAUSE
        self._measured = self.clock.boot() if due else self._measured
        return due

    async def measured_again(self, incident: Incident) -> Incident:
        """A mended incident opens anew where the gate, measuring later, finds that the change did not hold."""
        if incident.outcome is None or not incident.outcome.verified or not incident.proposal_id:
            return incident
        try:
            answered = await self.gate.look_up(incident.proposal_id)
        except StillwatchError:
            return incident
        outcome = answered.outcome
        if outcome is None or outcome.verified is not False:
            return incident
        incident = replace(incident, outcome=outcome)
        tried = f"{_proposed(incident)}: it did not hold"
        incident = self._stepped(incident, "gate", f"{tried}; {outcome.said}".rstrip("; "), "open")
        note = f"{TRIED} {tried}; {LOOK_AT_IT}"
        incident = replace(incident, notes=tuple(dict.fromkeys((*incident.notes, note))))
        await self._tell(incident, "needs you", note)
        return incident

    async def withdraw(self, proposal_id: str) -> None:
        """Nobody should find a change to approve for which there is no reason any more."""
        with contextlib.suppress(StillwatchError):  # it was decided meanwhile, or the gate is away
            await self.gate.withdraw(proposal_id)

    async def without_waiting(self, incident: Incident) -> Incident:
        """An incident that is over, its change taken back where that still waits for a person."""
        if not incident.proposal_id or incident.outcome is not None:
            return incident
        try:
            answered = await self.gate.look_up(incident.proposal_id)
        except StillwatchError:
            return incident
        if answered.state != "waiting":
            return incident
        await self.withdraw(incident.proposal_id)
        return replace(incident, proposal_id="", decision=None)

    def _is_due_again(self, incident: Incident) -> bool:
        """Whether what was refused for the moment only should be proposed once more now (boot clock, R33)."""
        decision = incident.decision
        if incident.outcome or decision is None or (decision.verdict, decision.rule in MAY_CHANGE) != ("refuse", True):
            self._again.pop(incident.id, None)
            return False
        now = self.clock.boot()
        due, pause = self._again.setdefault(incident.id, (now + FIRST_PAUSE, FIRST_PAUSE))
        if now < due:
            return False
        pause = min(2 * pause, LONGEST_PAUSE)
        self._again[incident.id] = now + pause, pause
        return True

    async def _answered(self, incident: Incident, answered: Answered) -> Incident:
        before = incident
        incident = replace(incident, proposal_id=answered.id, decision=answered.decision, outcome=answered.outcome)
        if answered.state in ENDED and answered.outcome is not None:
            if self._is_being_measured(answered):
                incident, sentence = replace(incident, outcome=None), f"{_proposed(incident)}: done"
                return incident if before.state == "acting" else self._stepped(incident, "gate", sentence, "acting")
            return await self._ended(incident, answered)
        state: State = {"waiting": "waiting", "refused": "open", "rejected": "open"}.get(answered.state, "acting")  # type: ignore[assignment]
        if (before.state, before.decision) == (state, answered.decision):
            return incident
        sentence = f"{answered.decision.verdict}: {answered.decision.reason}"
        incident = self._stepped(incident, answered.decision.by, sentence, state)
        if state == "waiting":
            how = f"stillwatch approvals show {answered.id}"
            await self._tell(incident, WAITS, f"{_proposed(incident)}; look at it with: {how}")
        return incident

    def _is_being_measured(self, answered: Answered) -> bool:
        """Whether it was done a moment ago, and what it brought is still to be seen (boot clock, R33)."""
        if answered.outcome and (answered.outcome.status, answered.outcome.verified) == ("done", None):
            since = self._done.setdefault(answered.id, self.clock.boot())
            return self.clock.boot() - since < MEASURED_WITHIN
        self._done.pop(answered.id, None)
        return False

    async def _ended(self, incident: Incident, answered: Answered) -> Incident:
        outcome = answered.outcome
        if outcome is None:
            return incident
        tried = f"{_proposed(incident)}: {outcome.status}{', verified' if outcome.verified else ''}"
        if outcome.status == "done" and outcome.verified:
            if down := still_down(incident, self.units()):
                return await self._goes_on(incident, tried, down)
            incident = self._stepped(incident, "gate", tried, "resolved")
            await self._tell(incident, "resolved", tried)
            return incident
        incident = self._stepped(incident, "gate", f"{tried}; {outcome.said}".rstrip("; "), "open")
        note = f"{TRIED} {tried}; {LOOK_AT_IT}"
        incident = replace(incident, notes=tuple(dict.fromkeys((*incident.notes, note))))
        await self._tell(incident, "needs you", note)
        return incident

    async def _goes_on(self, incident: Incident, tried: str, down: Sequence[UnitState]) -> Incident:
        """The root is mended and not all that it took down: the next of those is proposed, or a person is told."""
        names = ", ".join(unit.name for unit in down)
        left = f"{names} went down with it and {'is' if len(down) == 1 else 'are'} not up yet"
        incident = self._stepped(incident, "gate", f"{tried}; {left}", "open")
        proposal = next_start(incident, down)
        if proposal is not None:
            return replace(incident, proposal=proposal, proposal_id="", decision=None, outcome=None)
        note = f"{TRIED} {left}; {LOOK_AT_IT}"
        incident = replace(incident, notes=tuple(dict.fromkeys((*incident.notes, note))))
        await self._tell(incident, "needs you", note)
        return incident

    async def _forgotten(self, incident: Incident, why: str) -> Incident:
        incident = replace(incident, outcome=Outcome(status="unknown", said=Untrusted(why)))
        incident = self._stepped(incident, "gate", f"{_proposed(incident)}: {why}", "open")
        note = f"{UNKNOWN} {_proposed(incident)}; {LOOK_AT_IT}"
        incident = replace(incident, notes=tuple(dict.fromkeys((*incident.notes, note))))
        await self._tell(incident, "needs you", note)
        return incident

    def _stepped(self, incident: Incident, by: str, text: str, state: State) -> Incident:
        now = self.clock.now()
        step = Step(at=now, by=by, text=text)
        return replace(incident, state=state, updated=now, history=(*incident.history, step))

    async def _tell(self, incident: Incident, what: str, body: str) -> None:
        if incident.severity >= TOLD_FROM and not incident.muted_by:
            incident = with_quotations(incident)
            await self._notify(f"{incident.host}: {incident.summary} – {what}", f"{incident.id}: {body}")

    async def _lost(self, why: str) -> None:
        """The gate is down: told once, until it is back."""
        known, self.gate_problem = self.gate_problem, why
        if not known:
            await self._notify(NO_GATE, why)

    async def _notify(self, title: str, body: str) -> None:
        """A notifier never raises; one that does all the same must not keep a fault from being mended.

        Messengers fetch each address in a message, to show what is there: none that a log line names is sent as one.
        """
        try:
            await self.notifier.tell(for_notice.title(title), for_notice.body(body))
        except Exception:
            LOG.exception("a notification failed")


def _proposed(incident: Incident) -> str:
    if incident.proposal is None:
        return "nothing"
    return f"{incident.proposal.action.replace('_', ' ')} {incident.proposal.target}"


def lasting(notes: Sequence[str]) -> tuple[str, ...]:
    """Those about what was tried: they stay when an incident is thought about anew."""
    return tuple(note for note in notes if note.startswith((TRIED, UNKNOWN)))


def proposed_anew(thought: Incident, before: Incident) -> Incident:
    """What the gate has decided stands, unless something else would be done now: then it decides anew.

    What was proposed for a cause that is not told any more, and was not done, is proposed no more.
    """
    if before.proposal is None or before.decision is None:
        return thought
    if thought.proposal is None and before.state in ("open", "waiting") and _has_another_reason(thought, before):
        return replace(thought, state="open", proposal_id="", decision=None)
    if thought.proposal is None or before.state == "acting" or _change(thought.proposal) == _change(before.proposal):
        return replace(thought, proposal=before.proposal)
    return replace(thought, state="open", proposal_id="", decision=None, outcome=None)


def _has_another_reason(thought: Incident, before: Incident) -> bool:
    """Whether another reason is told now than when it was proposed, and nothing was done yet."""
    if thought.cause is None or before.cause is None or before.outcome is not None:
        return False
    return says_why(thought.cause.id) and thought.cause.id != before.cause.id


def _change(proposal: Proposal) -> tuple[str, str, dict[str, str | int | bool]]:
    return proposal.action, proposal.target, dict(proposal.arguments)
