"""What becomes of an incident once it is understood: proposed, decided, waiting, acted upon, over.

The gate decides and acts; this only asks it and writes down what it said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from stillwatch.errors import NotReachable
from stillwatch.ports import Answered, Clock, GateDoor, Notifier
from stillwatch.records.incident import Incident, State, Step
from stillwatch.records.trigger import Severity

ENDED = frozenset({"done", "failed", "undone", "unknown"})
"""States of a proposal that is over; its outcome says how."""
TOLD_FROM = Severity.medium
"""Nobody is woken for less."""


@dataclass(kw_only=True)
class Lifecycle:
    gate: GateDoor
    notifier: Notifier
    clock: Clock
    gate_down: bool = False

    async def carry_on(self, incident: Incident) -> Incident:
        """One step further: propose what is not proposed yet, or see how a proposal stands."""
        if incident.state in ("resolved", "muted"):
            return incident
        try:
            if incident.proposal_id and incident.outcome is None:
                answered = await self.gate.look_up(incident.proposal_id)
            elif incident.proposal is not None and incident.decision is None:
                answered = await self.gate.propose(incident.proposal, incident.id)
            else:
                return incident
        except NotReachable as error:
            await self._lost(str(error))
            return incident
        self.gate_down = False
        return await self._answered(incident, answered)

    async def opened(self, incident: Incident) -> None:
        """Tell of a new incident."""
        await self._tell(incident, "opened", incident.cause.text if incident.cause else "the cause is not known yet")

    async def over(self, incident: Incident, why: str) -> Incident:
        """The fault is gone."""
        done = self._stepped(incident, "rule", why, "resolved")
        await self._tell(done, "resolved", why)
        return done

    async def _answered(self, incident: Incident, answered: Answered) -> Incident:
        before = incident
        incident = replace(incident, proposal_id=answered.id, decision=answered.decision, outcome=answered.outcome)
        if answered.state in ENDED and answered.outcome is not None:
            return await self._ended(incident, answered)
        state: State = {"waiting": "waiting", "refused": "open", "rejected": "open"}.get(answered.state, "acting")  # type: ignore[assignment]
        if (before.state, before.decision) == (state, answered.decision):
            return incident
        said = f"{answered.decision.verdict}: {answered.decision.reason}"
        incident = self._stepped(incident, answered.decision.by, said, state)
        if state == "waiting":
            how = f"stillwatch approvals show {answered.id}"
            await self._tell(incident, "waits for you", f"{_proposed(incident)}; look at it with: {how}")
        return incident

    async def _ended(self, incident: Incident, answered: Answered) -> Incident:
        outcome = answered.outcome
        if outcome is None:
            return incident
        tried = f"{_proposed(incident)}: {outcome.status}{', verified' if outcome.verified else ''}"
        if outcome.status == "done" and outcome.verified:
            incident = self._stepped(incident, "gate", tried, "resolved")
            await self._tell(incident, "resolved", tried)
            return incident
        incident = self._stepped(incident, "gate", f"{tried}; {outcome.said}".rstrip("; "), "open")
        note = f"tried without success: {tried}; a human should look"
        incident = replace(incident, notes=tuple(dict.fromkeys((*incident.notes, note))))
        await self._tell(incident, "needs you", note)
        return incident

    def _stepped(self, incident: Incident, by: str, text: str, state: State) -> Incident:
        now = self.clock.now()
        step = Step(at=now, by=by, text=text)
        return replace(incident, state=state, updated=now, history=(*incident.history, step))

    async def _tell(self, incident: Incident, what: str, body: str) -> None:
        if incident.severity >= TOLD_FROM and not incident.muted_by:
            await self.notifier.tell(f"{incident.host}: {incident.summary} – {what}", f"{incident.id}: {body}")

    async def _lost(self, why: str) -> None:
        """The gate is down: told once, until it is back."""
        if not self.gate_down:
            self.gate_down = True
            await self.notifier.tell("the gate does not answer: nothing can be changed", why)


def _proposed(incident: Incident) -> str:
    if incident.proposal is None:
        return "nothing"
    return f"{incident.proposal.action.replace('_', ' ')} {incident.proposal.target}"
