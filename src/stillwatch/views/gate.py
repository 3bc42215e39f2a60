"""What the gate answers, as everybody outside of it reads it: one shape for each verb.

Further fields are taken and dropped, since a gate of another version may answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, Literal, Protocol, TypeVar

import msgspec

from stillwatch.config import Autonomy, says
from stillwatch.errors import NotReachable
from stillwatch.records.action import Verdict
from stillwatch.views.incident import DecisionView

Risk = Literal["low", "medium", "high"]


class GateAnswer(msgspec.Struct, frozen=True):
    """Base of all that the gate answers."""


class Shown(GateAnswer, frozen=True):
    """What an approver weighs, in the gate's own words."""

    does: Annotated[str, says("What would be done.")]
    success: Annotated[str, says("What would be measured afterwards.")]
    now: Annotated[str, says("How it stands now.")]
    cause: Annotated[str, says("The cause that the gate itself can see; empty if it sees none.")]
    blast_radius: Annotated[str, says("Whom else it hits.")]
    undoable: Annotated[bool, says("Whether it can be taken back.")]
    along: Annotated[list[str], says("All else that may be done along with it, to units and to the host.")] = []


class GateOutcome(GateAnswer, frozen=True):
    """What came of a change."""

    status: Annotated[
        Literal["done", "failed", "undone", "unknown"], says("How it ended; unknown: the gate was cut off meanwhile.")
    ]
    verified: Annotated[bool | None, says("Whether its success test passed; null where it was not measured.")]
    said: Annotated[str, says("What was said while it was done. Strangers may write it.")]


class Untrusted(GateAnswer, frozen=True):
    """Text from outside."""

    because: Annotated[str, says("Why it was proposed. Strangers may write it.")]


class KeptProposal(GateAnswer, frozen=True):
    """A proposal as the gate keeps it, with what was decided about it and what came of it."""

    id: Annotated[str, says("Its number: A-17, say.")]
    at: Annotated[float, says("When it was made, in seconds since the epoch.")]
    state: Annotated[str, says("waiting, approved, running, done, failed, undone, rejected, …")]
    action: Annotated[str, says("An action of `stillwatch actions list`.")]
    target: Annotated[str, says("What is changed: a unit, a path, a process.")]
    arguments: Annotated[dict[str, Any], says("Further arguments of the action.")]
    risk: Annotated[Risk, says("How much could go wrong.")]
    hash: Annotated[str, says("What an approval binds: the change with all that was shown of it.")]
    made: Annotated[int | None, says("The how many-th change it was; null: not made, or changed again since.")]
    approver: Annotated[str, says("Who approved it; empty where nobody did.")]
    incident: Annotated[str, says("The incident that it is to mend; empty for none.")]
    decision: Annotated[DecisionView, says("What the policy decided.")]
    outcome: Annotated[GateOutcome | None, says("What came of it.")]
    shown: Annotated[Shown, says("What its approver reads.")]
    untrusted: Annotated[Untrusted, says("What its proposer wrote.")]
    delayed: Annotated[str | msgspec.UnsetType, says("Why it is approved and not carried out yet.")] = msgspec.UNSET


class TurnedDown(GateAnswer, frozen=True):
    """A proposal that the gate refused: it keeps nothing of it but a line of its record."""

    id: None
    state: Literal["refused"]
    risk: Risk | None
    decision: DecisionView
    outcome: None


class Proposals(GateAnswer, frozen=True):
    proposals: list[KeptProposal]


class Standing(GateAnswer, frozen=True):
    """How things stand for an action now."""

    ok: bool
    reason: str
    cause: str


class Explained(GateAnswer, frozen=True):
    """What would become of an action, at the level that holds and at each."""

    verdict: Verdict
    rule: str
    reason: str
    risk: Risk
    argv: list[str] | None
    missing: list[str]
    by_autonomy: dict[Autonomy, DecisionView]
    does: str | msgspec.UnsetType = msgspec.UNSET
    blast_radius: str | msgspec.UnsetType = msgspec.UNSET
    success: str | msgspec.UnsetType = msgspec.UNSET
    now: Standing | msgspec.UnsetType = msgspec.UNSET


class Tally(GateAnswer, frozen=True):
    """How an action fared on a target so far."""

    action: str
    target: str
    verified: int
    failed: int


class CodeState(GateAnswer, frozen=True):
    enrolled: bool
    locked: bool


class RecordState(GateAnswer, frozen=True):
    seq: int
    anchored: bool


class GateStatus(GateAnswer, frozen=True):
    """How the gate stands. problem: why it refuses everything, "" where it does not."""

    level: Autonomy
    ceiling: Autonomy
    paused: bool
    problem: str
    policy: str
    trial: bool
    busy: bool
    proposals: dict[str, int]
    quarantine: list[str]
    codes: CodeState
    ledger: list[Tally]
    audit: RecordState


class Level(GateAnswer, frozen=True):
    level: Autonomy
    ceiling: Autonomy


class Paused(GateAnswer, frozen=True):
    paused: bool


class Locked(GateAnswer, frozen=True):
    locked: bool


class Enrolled(GateAnswer, frozen=True):
    uri: str


class Quarantine(GateAnswer, frozen=True):
    quarantine: list[str]


class Reloaded(GateAnswer, frozen=True):
    policy: Annotated[str, says("The hash of the policy that is in force now.")]
    problem: Annotated[str, says("Why it is not believed; empty where it is.")]


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Verb(Generic[T_co]):
    """A verb of the gate's protocol. answer: its shape; refused: the shape where nothing was kept (its id is null)."""

    name: str
    answer: type[Any]
    refused: type[Any] | None = None

    def read(self, reply: Any) -> T_co:
        """Raises NotReachable for what a gate of another version may say."""
        kind = self.refused if self.refused and reply.get("id") is None else self.answer
        try:
            found: T_co = msgspec.convert(reply, kind)
        except msgspec.ValidationError as error:
            step = "restart the gate"
            raise NotReachable(f"the gate speaks another language: {error}", next_step=step) from error
        return found


class Say(Protocol):
    """One verb to the gate: `await say(APPROVE, id="A-17", code=…)`; raises StillwatchError as gate/client does."""

    async def __call__(self, verb: Verb[T], /, **fields: Any) -> T: ...


class AskGate(Protocol):
    """The same where a refusal, or that there is no gate, comes as one phrase and nothing is raised."""

    async def __call__(self, verb: Verb[T], /, **fields: Any) -> T | str: ...


PROPOSE: Final[Verb[KeptProposal | TurnedDown]] = Verb("propose", KeptProposal, TurnedDown)
EXPLAIN: Final[Verb[Explained]] = Verb("explain", Explained)
LIST: Final[Verb[Proposals]] = Verb("list", Proposals)
SHOW: Final[Verb[KeptProposal]] = Verb("show", KeptProposal)
APPROVE: Final[Verb[KeptProposal]] = Verb("approve", KeptProposal)
REJECT: Final[Verb[KeptProposal]] = Verb("reject", KeptProposal)
STATUS: Final[Verb[GateStatus]] = Verb("status", GateStatus)
AUTONOMY: Final[Verb[Level]] = Verb("autonomy", Level)
PAUSE: Final[Verb[Paused]] = Verb("pause", Paused)
RESUME: Final[Verb[Paused]] = Verb("resume", Paused)
UNLOCK: Final[Verb[Locked]] = Verb("unlock", Locked)
ENROLL: Final[Verb[Enrolled]] = Verb("enroll", Enrolled)
RELEASE: Final[Verb[Quarantine]] = Verb("release", Quarantine)
RELOAD: Final[Verb[Reloaded]] = Verb("reload", Reloaded)
