"""The daemon's door to the gate: proposals out, and what the gate made of them back, as records."""

from __future__ import annotations

from typing import Any

from stillwatch.config import Paths
from stillwatch.gate.client import GateRefused, ask_async
from stillwatch.ports import Answered
from stillwatch.records.action import Decision, Outcome, Proposal
from stillwatch.records.event import Untrusted
from stillwatch.views.gate import PROPOSE, REJECT, SHOW, STATUS, KeptProposal, TurnedDown


class GateSocket:
    """ports.GateDoor over the gate's socket."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    async def propose(self, proposal: Proposal, incident: str) -> Answered:
        """A refusal is an answer with its decision, never an exception; NotReachable is raised."""
        message: dict[str, Any] = {
            "action": proposal.action,
            "target": proposal.target,
            "arguments": dict(proposal.arguments),
            "because": proposal.because[:4000],
            "incident": incident[:64],
        }
        try:
            return answered(await ask_async(self._paths, PROPOSE, **message))
        except GateRefused as refused:
            decision = Decision(verdict="refuse", rule="gate", reason=str(refused))
            return Answered(id="", state="refused", decision=decision, outcome=None)

    async def look_up(self, proposal_id: str) -> Answered:
        return answered(await ask_async(self._paths, SHOW, id=proposal_id))

    async def withdraw(self, proposal_id: str) -> None:
        await ask_async(self._paths, REJECT, id=proposal_id)

    async def answers(self) -> None:
        await ask_async(self._paths, STATUS)


def answered(reply: KeptProposal | TurnedDown) -> Answered:
    """What the gate says of one proposal, as a record."""
    decision, outcome = reply.decision, reply.outcome
    return Answered(
        id=reply.id or "",
        state=reply.state,
        decision=Decision(verdict=decision.verdict, rule=decision.rule, reason=decision.reason),
        outcome=Outcome(status=outcome.status, verified=outcome.verified, said=Untrusted(outcome.said))
        if outcome
        else None,
    )
