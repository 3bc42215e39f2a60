"""The verbs that all faces share. One pass by itself, the daemon and a recorded host each answer them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from stillwatch.records.incident import Incident
from stillwatch.records.mute import Mute
from stillwatch.records.note import Note
from stillwatch.records.report import Reply, Report


class Service(Protocol):
    """What is known of the host, and what people may say about it."""

    async def status(self) -> Report:
        """How the host stands; `unknown` where nobody has looked yet."""
        ...

    async def ask(
        self,
        question: str,
        *,
        use_models: bool = True,
        deadline: float = ...,
        progress: Callable[[str], None] = ...,
        say: Callable[[str], None] = ...,
    ) -> Reply:
        """Answer a question. say: gets the pieces as they come. Raises WrongUsage for an empty one."""
        ...

    def incidents(self) -> Sequence[Incident]:
        """Those that are not resolved, the worst first."""
        ...

    def recent(self, limit: int, before: str = "") -> Sequence[Incident]:
        """Resolved ones too, the newest first; before: only those older than the incident of this id."""
        ...

    def incident(self, incident_id: str) -> Incident:
        """Raises WrongUsage if there is none with this id."""
        ...

    def close(self, incident_id: str, by: str) -> Incident:
        """A person says that it is over."""
        ...

    def mute(self, *, incident_id: str | None, rule: str | None, until: float, by: str) -> str:
        """Not to be told of it until then (seconds since the epoch); what is critical is told all the same."""
        ...

    def mutes(self) -> Sequence[Mute]:
        """What nobody wants to hear of now."""
        ...

    def unmute(self, pattern: str) -> str:
        """Tell of it again. Raises WrongUsage if it is not muted."""
        ...

    def note(self, text: str, by: str) -> None:
        """Remember a fact that a person tells."""
        ...

    def notes(self) -> Sequence[Note]:
        """What people told it, the newest first."""
        ...

    def noted(self) -> list[str]:
        """The same as facts for an answer, the newest few."""
        ...

    def forget(self, number: int) -> None:
        """Forget a note. Raises WrongUsage if there is none of this number."""
        ...
