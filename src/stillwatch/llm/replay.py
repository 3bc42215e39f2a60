"""Exchanges with a model kept in a file, and given back from it: a test or an evaluation without the model."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from stillwatch.errors import WrongUsage
from stillwatch.llm.estimate import tokens_at_most
from stillwatch.ports import ChatModel
from stillwatch.records.chat import Answer, Failure, Message, Thought, TierState


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One question and its outcome; `key` is what the question is found by, `messages` are for the reader."""

    key: str
    messages: tuple[Message, ...]
    answer: Answer | None = None
    failure: Failure | None = None
    pieces: tuple[str, ...] = ()


class Tape(msgspec.Struct, kw_only=True):
    context: int = 4096
    tokens: dict[str, int] = {}
    exchanges: list[Exchange] = []


def key_of(messages: Sequence[Message], schema: Mapping[str, Any] | None, stream: bool = False) -> str:
    """What two questions share when the answer to one answers the other: the messages and the schema, nothing else."""
    asked = [[message.role, message.content] for message in messages]
    return hashlib.sha256(msgspec.json.encode([asked, schema, stream], order="deterministic")).hexdigest()


class Recorder:
    """Passes everything on to `model` and keeps it; `save` writes the file. Counts and context too, thoughts not."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self._tape = Tape()

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 256,
        temperature: float = 0.0,
        deadline: float = 30.0,
    ) -> Answer | Failure:
        outcome = await self._model.chat(
            messages, schema=schema, max_tokens=max_tokens, temperature=temperature, deadline=deadline
        )
        self._keep(key_of(messages, schema), messages, outcome)
        return outcome

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        deadline: float = 120.0,
    ) -> AsyncIterator[str | Thought | Answer | Failure]:
        pieces: list[str] = []
        source = self._model.stream(
            messages, max_tokens=max_tokens, temperature=temperature, stop=stop, deadline=deadline
        )
        async for piece in source:
            if isinstance(piece, str):
                pieces.append(piece)
            elif not isinstance(piece, Thought):
                self._keep(key_of(messages, None, stream=True), messages, piece, tuple(pieces))
            yield piece

    async def count_tokens(self, text: str) -> int:
        count = await self._model.count_tokens(text)
        self._tape.tokens[text] = count
        return count

    async def context_size(self) -> int:
        self._tape.context = await self._model.context_size()
        return self._tape.context

    async def health(self) -> tuple[TierState, str]:
        return await self._model.health()

    def save(self, path: Path) -> None:
        """Write everything so far, whole or not at all."""
        written = path.with_name(path.name + ".part")
        written.write_bytes(msgspec.json.format(msgspec.json.encode(self._tape), indent=1))
        written.replace(path)

    def _keep(
        self, key: str, messages: Sequence[Message], outcome: Answer | Failure, pieces: tuple[str, ...] = ()
    ) -> None:
        answer = outcome if isinstance(outcome, Answer) else None
        failure = outcome if isinstance(outcome, Failure) else None
        kept = Exchange(key=key, messages=tuple(messages), answer=answer, failure=failure, pieces=pieces)
        self._tape.exchanges.append(kept)


class Replay:
    """ports.ChatModel from a Recorder's file. A question asked twice gets its answers in order, then the last again.

    A question that was never recorded is a Failure. Raises WrongUsage where the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._tape = msgspec.json.decode(path.read_bytes(), type=Tape)
        except (OSError, msgspec.DecodeError) as error:
            raise WrongUsage(f"{path}: not a recording: {error}") from error
        self._outcomes: dict[str, list[Exchange]] = {}
        for exchange in self._tape.exchanges:
            self._outcomes.setdefault(exchange.key, []).append(exchange)

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 256,
        temperature: float = 0.0,
        deadline: float = 30.0,
    ) -> Answer | Failure:
        return self._next(key_of(messages, schema))[1]

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        deadline: float = 120.0,
    ) -> AsyncIterator[str | Answer | Failure]:
        pieces, outcome = self._next(key_of(messages, None, stream=True))
        for piece in pieces:
            yield piece
        yield outcome

    async def count_tokens(self, text: str) -> int:
        return self._tape.tokens.get(text) or tokens_at_most(text)

    async def context_size(self) -> int:
        return self._tape.context

    async def health(self) -> tuple[TierState, str]:
        return "ready", f"{len(self._tape.exchanges)} recorded exchanges"

    def _next(self, key: str) -> tuple[tuple[str, ...], Answer | Failure]:
        found = self._outcomes.get(key)
        if not found:
            return (), Failure(reason="unreachable", detail="this question is not in the recording")
        exchange = found.pop(0) if len(found) > 1 else found[0]
        outcome = exchange.answer or exchange.failure
        return exchange.pieces, outcome or Failure(reason="garbage", detail="the recording holds no outcome")
