"""What a person may order in a chat: approve with a code, reject, pause, fix, undo, mute. The gate has the last word.

Only `approve ID CODE`, `reject ID` and `pause` are matched, by exact grammar and as the whole message; everything else
was understood by a model and is a proposal at most. Chat may pause and never resume (R10, R20).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeVar

from stillwatch.errors import StillwatchError
from stillwatch.ports import Clock
from stillwatch.records.action import Proposal
from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Severity
from stillwatch.service.service import Service
from stillwatch.think.talk.answer import sentence
from stillwatch.views.gate import (
    APPROVE,
    EXPLAIN,
    LIST,
    PAUSE,
    PROPOSE,
    REJECT,
    KeptProposal,
    Say,
    TurnedDown,
    Verb,
)

T = TypeVar("T")
MOST_MUTED_HOURS: Final = 24
MOST_LOOKED_BACK: Final = 8
"""How many changes the gate is asked about until one is found that can be taken back."""

_COURTESY = r"(?:please|bitte|thanks|danke|svp|merci|por favor|gracias)"
_ORDER = re.compile(
    rf"\s{{0,99}}(?:{_COURTESY},?[ \t]{{1,9}})?"
    r"(?:(approve)[ \t]{1,9}(A-[1-9][0-9]{0,11})[ \t]{1,9}([0-9]{6})"
    r"|(reject)[ \t]{1,9}(A-[1-9][0-9]{0,11})|(pause))"
    rf"(?:,?[ \t]{{1,9}}{_COURTESY})?[.!]{{0,3}}\s{{0,99}}",
    re.IGNORECASE | re.ASCII,
)
"""On one line and bounded: neither parts that a client joined by lines, nor the head of a long text cut off, is one."""
PAUSED: Final = "Paused: nothing more is changed until an administrator runs `stillwatch resume` on the host."
READ_ONLY: Final = "This model only looks. Choose the model `stillwatch` to propose, approve, pause or mute."


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatCommand:
    verb: Literal["approve", "reject", "pause"]
    id: str = ""
    code: str = ""


def exact_order(message: str) -> ChatCommand | None:
    """The order that the whole message is, or None: but for courtesy and a full stop, a word more and it is none."""
    found = _ORDER.fullmatch(message)
    if found is None:
        return None
    if found[1]:
        return ChatCommand(verb="approve", id=found[2].upper(), code=found[3])
    return ChatCommand(verb="reject", id=found[5].upper()) if found[4] else ChatCommand(verb="pause")


def how_to_approve(proposal_id: str, change: KeptProposal | None) -> str:
    """Fixed words: the only way there is. change: as the gate told it, None if it did not; it takes no code for all."""
    local = f"`stillwatch approvals approve {proposal_id}` on the host"
    cannot_be_undone = change is not None and not change.shown.undoable
    if change is not None and (change.risk == "high" or cannot_be_undone):
        why = "cannot be undone" if cannot_be_undone else "is of high risk"
        return f"It {why}: only {local} approves it; `reject {proposal_id}` drops it."
    return (
        f"To approve it, write `approve {proposal_id} CODE` with the six digits that your authenticator shows now, "
        f"or run {local}; `reject {proposal_id}` drops it."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatCommands:
    """gate: None where none is configured. Every method returns what to tell the person, and never raises."""

    service: Service
    clock: Clock
    gate: Say | None

    async def carry_out(self, order: ChatCommand) -> str:
        if order.verb == "pause":
            paused = await self.ask_gate(PAUSE)
            return _refusal(order, paused) if isinstance(paused, str) else PAUSED
        fields = {"id": order.id, "code": order.code} if order.verb == "approve" else {"id": order.id}
        reply = await self.ask_gate(APPROVE if order.verb == "approve" else REJECT, **fields)
        if isinstance(reply, str):
            return _refusal(order, reply)
        if order.verb == "reject":
            return f"{order.id} is rejected: {_words(reply)} will not be done."
        return came_of(reply)

    async def fix(self, incidents: Sequence[Incident], incident_id: str) -> str:
        """Propose what the incident's assessment proposes; what to do is never spelled by the message."""
        if not incidents:
            return "There is no open incident on this host, so there is nothing to mend."
        chosen = [one for one in incidents if one.id == incident_id] if incident_id else list(incidents)
        if len(chosen) != 1:
            known = "\n".join(f"- `fix {one.id}`: {one.subject}: {one.summary}" for one in incidents)
            return f"Which one? Nothing was done; write one of these:\n\n{known}"
        (incident,) = chosen
        if incident.proposal is None:
            return f"I have no change to propose for {incident.id}. {sentence(incident)}"
        return f"{incident.id}: {await self.proposed(incident.proposal, incident.id)}"

    async def undo(self) -> str:
        """Propose to take back the last change that can be taken back; say of later ones why they cannot."""
        reply = await self.ask_gate(LIST, state="all")
        if isinstance(reply, str):
            return f"I cannot see what was changed: {reply}."
        lines = list[str]()
        for change in newest_changes(reply.proposals)[:MOST_LOOKED_BACK]:
            name = f"{'Before it came' if lines else 'The last change was'} {change.id}, {_words(change)}"
            answer = await self.ask_gate(EXPLAIN, action="undo", target=change.id)
            if isinstance(answer, str) or answer.verdict == "refuse":
                lines.append(
                    f"{name}. It cannot be taken back: {answer if isinstance(answer, str) else answer.reason}."
                )
                continue
            came = await self.proposed(Proposal(action="undo", target=change.id), change.incident)
            return " ".join([*lines, f"{name}. I would {answer.does}. {came}"])
        return " ".join(lines) or "I have made no change that could be taken back."

    def mute(self, incident: Incident, hours: int, by: str) -> str:
        if incident.severity >= Severity.critical:
            return f"{incident.id} is critical, and what is critical is never muted."
        if hours <= 0:
            return f"For how long? In a chat I mute for {MOST_MUTED_HOURS} hours at most."
        until = self.clock.now() + min(hours, MOST_MUTED_HOURS) * 3600
        try:
            self.service.mute(incident_id=incident.id, rule=None, until=until, by=by)
        except StillwatchError as error:
            return f"It could not be muted: {error}."
        ends = f"{datetime.fromtimestamp(until, tz=UTC).astimezone():%A %H:%M}"
        answer = f"{incident.id} is muted until {ends}; if it becomes critical, it is told all the same."
        if hours <= MOST_MUTED_HOURS:
            return answer
        longer = f"`stillwatch incidents mute {incident.id} --for {hours}h`"
        return (
            f"{answer} In a chat I mute for {MOST_MUTED_HOURS} hours at most; for all of it, run {longer} on the host."
        )

    async def consent(self, incidents: Sequence[Incident]) -> str:
        """A yes alone does nothing but explain how."""
        waiting = await self.waiting(incidents, every=True)
        if not waiting:
            return "Nothing waits for an approval, so nothing was done."
        return f"A yes alone approves nothing, and nothing was done.\n\n{waiting}"

    async def waiting(self, incidents: Sequence[Incident], *, every: bool = False) -> str:
        """What waits for an approval and how each is given, as a Markdown list; "" for nothing.

        every: also what belongs to no incident, such as what a person ordered.
        """
        waiting = [one for one in incidents if one.proposal_id and one.state == "waiting"]
        reply = await self.ask_gate(LIST) if waiting or every else ""
        known = {} if isinstance(reply, str) else {one.id: one for one in reply.proposals}
        proposed = {one.proposal_id: _words(one.proposal) for one in waiting if one.proposal}
        if every:
            proposed |= {name: _words(one) for name, one in known.items()}
        return "\n".join(
            f"- {name}: {what}. {how_to_approve(name, known.get(name))}" for name, what in proposed.items()
        )

    async def propose(self, proposal: Proposal, incident: str) -> KeptProposal | TurnedDown | str:
        """The gate's answer, or why there is none."""
        return await self.ask_gate(
            PROPOSE,
            action=proposal.action,
            target=proposal.target,
            arguments=dict(proposal.arguments),
            because=proposal.because[:4000],
            incident=incident[:64],
        )

    async def proposed(self, proposal: Proposal, incident: str = "") -> str:
        """Propose it, and tell what came of it."""
        reply = await self.propose(proposal, incident)
        return f"nothing was done: {reply}." if isinstance(reply, str) else came_of(reply, proposal)

    async def ask_gate(self, verb: Verb[T], /, **fields: Any) -> T | str:
        """The gate's answer to a verb, or why there is none."""
        if self.gate is None:
            return "no gate runs here, so nothing can be changed"
        try:
            return await self.gate(verb, **fields)
        except StillwatchError as error:
            return str(error).rstrip(".")


def newest_changes(proposals: Iterable[KeptProposal]) -> list[KeptProposal]:
    """What the gate did and what still stands, the last first; of a thing that was changed again, the last only."""
    done = [(one.made, one) for one in proposals if one.state == "done" and one.made is not None]
    return [one for _, one in sorted(done, key=lambda pair: pair[0], reverse=True)]


def came_of(reply: KeptProposal | TurnedDown, proposal: Proposal | None = None) -> str:
    """What the gate made of a proposal or an approval, in fixed words."""
    if isinstance(reply, TurnedDown):
        what = _words(proposal) if proposal else "It"
        return f"{what} is refused by the policy: {reply.decision.reason}."
    name = f"{reply.id}, {_words(reply)},"
    if reply.state == "waiting":
        return f"{name} waits for your approval. {how_to_approve(reply.id, reply)}"
    if reply.state == "done":
        measured = {True: "and it helped", False: "but its success test failed", None: "not measured yet"}
        return f"{name} is done, {measured[reply.outcome.verified if reply.outcome else None]}."
    if reply.state == "approved":
        return f"{name} is approved and not carried out yet."
    return f"{name} is {reply.state}."


def _refusal(order: ChatCommand, why: str) -> str:
    named = why if order.id and order.id in why else f"{order.id or 'Nothing was done'}: {why}"
    return f"{named[:1].upper()}{named[1:]}."


def _words(change: KeptProposal | Proposal) -> str:
    return f"{change.action.replace('_', ' ')} {change.target}"
