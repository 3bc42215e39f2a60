"""Models that answer from a script, for testing the machinery around them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from stillwatch.records.chat import Answer, Failure, Message, TierState, Usage

Script = Callable[[Sequence[Message], Mapping[str, Any] | None], Mapping[str, Any] | str | Failure]


class ScriptedModel:
    """Asks `script` for each answer: a mapping (as JSON), a text, or a Failure. Keeps what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Sequence[Message]] = []
        self.schemas: list[Mapping[str, Any] | None] = []
        self.context = 100_000

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 256,
        temperature: float = 0.0,
        deadline: float = 30.0,
    ) -> Answer | Failure:
        self.asked.append(list(messages))
        self.schemas.append(schema)
        given = self.script(messages, schema)
        if isinstance(given, Failure):
            return given
        if isinstance(given, str):
            return Answer(text=given, usage=Usage(prompt_tokens=10, output_tokens=5))
        return Answer(text=json.dumps(given), value=given, usage=Usage(prompt_tokens=10, output_tokens=5))

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        deadline: float = 120.0,
    ) -> AsyncIterator[str | Answer | Failure]:
        answer = await self.chat(messages)
        if isinstance(answer, Answer):
            for word in answer.text.split(" "):
                yield f"{word} "
        yield answer

    async def count_tokens(self, text: str) -> int:
        return len(text)

    async def context_size(self) -> int:
        return self.context

    async def health(self) -> tuple[TierState, str]:
        return "ready", "scripted"


def always(answer: Mapping[str, Any] | str | Failure) -> ScriptedModel:
    return ScriptedModel(lambda messages, schema: answer)


def in_turn(*answers: Mapping[str, Any] | str | Failure) -> ScriptedModel:
    rest = iter(answers)
    return ScriptedModel(lambda messages, schema: next(rest))


class StillClock:
    """A clock that moves only when told to."""

    def __init__(self, at: float = 1_000_000.0) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    def boot(self) -> float:
        return self.at - 900_000.0
