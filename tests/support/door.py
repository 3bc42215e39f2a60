"""A gate and a notifier that do what a test tells them to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stillwatch.errors import NotReachable
from stillwatch.ports import Answered
from stillwatch.records.action import Decision, Outcome, Proposal

ASKED = Decision(verdict="ask", rule="default", reason="a person decides")
ALLOWED = Decision(verdict="allow", rule="safe", reason="it is safe")
REFUSED = Decision(verdict="refuse", rule="protected", reason="the target is protected")
DONE = Outcome(status="done", verified=True)
RESTART = Proposal(action="restart_unit", target="web.service")


def answered(state: str, decision: Decision = ASKED, outcome: Outcome | None = None, id: str = "A-1") -> Answered:
    return Answered(id=id, state=state, decision=decision, outcome=outcome)


WAITING = answered("waiting")
MENDED = answered("done", ALLOWED, DONE)


class FakeDoor:
    """ports.GateDoor. `says` is what it answers from now on: an Answered, an error to raise, or something to call."""

    def __init__(self, says: Any = WAITING) -> None:
        self.says = says
        self.proposed: list[tuple[Proposal, str]] = []
        self.looked_up: list[str] = []
        self.withdrawn: list[str] = []

    async def propose(self, proposal: Proposal, incident: str) -> Answered:
        self.proposed.append((proposal, incident))
        return self._answer()

    async def look_up(self, proposal_id: str) -> Answered:
        self.looked_up.append(proposal_id)
        return self._answer()

    async def withdraw(self, proposal_id: str) -> None:
        self.withdrawn.append(proposal_id)

    async def answers(self) -> None:
        if isinstance(self.says, NotReachable):
            raise self.says

    def _answer(self) -> Answered:
        says = self.says() if isinstance(self.says, Callable) else self.says  # type: ignore[arg-type]
        if isinstance(says, Exception):
            raise says
        assert isinstance(says, Answered)
        return says


class FakeNotifier:
    """ports.Notifier that keeps what it was told; `raises` makes it break its promise."""

    def __init__(self, raises: Exception | None = None) -> None:
        self.told: list[tuple[str, str]] = []
        self.raises = raises
        self.problem = ""

    async def tell(self, title: str, body: str) -> None:
        self.told.append((title, body))
        if self.raises:
            raise self.raises

    @property
    def titles(self) -> list[str]:
        """What each was about: the last words of its title."""
        return [title.rpartition(" – ")[2] for title, _ in self.told]
