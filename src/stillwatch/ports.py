"""What the steps need of the world, as protocols. The rooms that touch it implement them; app.py joins them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from stillwatch.records.action import Decision, Outcome, Proposal
from stillwatch.records.chat import Answer, Failure, Prompt, Thought, TierState
from stillwatch.records.look import Seen
from stillwatch.records.safe import ForNotice


class Clock(Protocol):
    """Injected everywhere, so that tests never sleep."""

    def now(self) -> float:
        """Wall time, seconds since the epoch: for what people read."""
        ...

    def boot(self) -> float:
        """Seconds since boot (CLOCK_BOOTTIME): for limits and deadlines (R33)."""
        ...


class ChatModel(Protocol):
    """One tier's model behind one abstraction. A failed call is a `Failure`, never an exception or a made-up text."""

    async def chat(
        self,
        messages: Sequence[Prompt],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 256,
        temperature: float = 0.0,
        deadline: float = 30.0,
    ) -> Answer | Failure:
        """Ask once. schema: a JSON schema that constrains the output; deadline: seconds for all tries together."""
        ...

    def stream(
        self,
        messages: Sequence[Prompt],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        deadline: float = 120.0,
    ) -> AsyncIterator[str | Thought | Answer | Failure]:
        """Pieces of text as they come, then one Answer with all of it, or one Failure. Closing it stops the server."""
        ...

    async def count_tokens(self, text: str) -> int:
        """Exact count by the server's own tokenizer; a safe over-estimate where the server offers none."""
        ...

    async def context_size(self) -> int:
        """Tokens the model's context holds, prompt and answer together."""
        ...

    async def health(self) -> tuple[TierState, str]:
        """State of the tier and one sentence why."""
        ...


class LookTools(Protocol):
    """The look tools as the thinking steps see them: names, schemas, a way to look. Nothing here changes anything."""

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        """Tool name → {"description": …, "arguments": JSON schema of its arguments}."""
        ...

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        """Look once; a wrong argument or a limit gives a Seen with `problem` set, never an exception."""
        ...


class Notifier(Protocol):
    async def tell(self, title: ForNotice, body: ForNotice) -> None:
        """Have a person told. Never raises and does not wait for it."""
        ...

    @property
    def problem(self) -> str:
        """Why people are not reached at the moment, "" where they are."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What the gate made of a proposal. id: "A-17", "" if refused; state: as the gate names it ("waiting", "done")."""

    id: str
    state: str
    decision: Decision
    outcome: Outcome | None


class GateDoor(Protocol):
    """The gate as the steps see it. All raise NotReachable where no gate answers."""

    async def propose(self, proposal: Proposal, incident: str) -> Answered:
        """Have it decided, and carried out where that is allowed; returns when that is done."""
        ...

    async def look_up(self, proposal_id: str) -> Answered:
        """How a proposal stands now."""
        ...

    async def withdraw(self, proposal_id: str) -> None:
        """What waits there is not wanted any more. Raises StillwatchError where it does not wait."""
        ...

    async def answers(self) -> None:
        """Whether it is there at all."""
        ...
