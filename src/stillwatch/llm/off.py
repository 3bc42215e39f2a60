"""A tier that is switched off or has no model: every call says so at once, nothing is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from stillwatch.llm.estimate import tokens_at_most
from stillwatch.llm.meter import Meter
from stillwatch.records.chat import Answer, Failure, Prompt, TierState

SWITCHED_OFF: Final = "switched off in the configuration"


class Off:
    """ports.ChatModel without a model. state: "off" for switched off, "missing" or "failed" where it should be."""

    def __init__(self, why: str, *, state: TierState = "off") -> None:
        self._why = why
        self._state = state
        self.meter = Meter()
        self.last_failure = ""

    async def chat(
        self,
        messages: Sequence[Prompt],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 256,
        temperature: float = 0.0,
        deadline: float = 30.0,
    ) -> Answer | Failure:
        return Failure(reason="off", detail=self._why)

    async def stream(
        self,
        messages: Sequence[Prompt],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        deadline: float = 120.0,
    ) -> AsyncIterator[str | Answer | Failure]:
        yield Failure(reason="off", detail=self._why)

    async def count_tokens(self, text: str) -> int:
        return tokens_at_most(text)

    async def context_size(self) -> int:
        return 0

    async def health(self) -> tuple[TierState, str]:
        return self._state, self._why

    async def aclose(self) -> None:
        return
