"""The one abstraction that every tier and the chat use: an OpenAI-compatible server, asked within bounds.

What only llama-server offers (`/tokenize`, `/apply-template`, `/props`, `cache_prompt`; llama.cpp,
tools/server/README.md) is used where the server has it and done without elsewhere.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any, Self

from stillwatch.llm import wire
from stillwatch.llm.breaker import Breaker
from stillwatch.llm.llama_extras import LlamaExtras
from stillwatch.llm.meter import Meter
from stillwatch.llm.test_allowlist import refusal
from stillwatch.llm.transport import BadStatus, Broken, Transport
from stillwatch.ports import Clock
from stillwatch.records.chat import Answer, Failure, Prompt, Thought, TierState, Usage

RETRIES = 2
FIRST_PAUSE = 0.2
BYTES_PER_TOKEN = 64
"""No tokenizer has longer tokens on average: text beyond max_tokens times this is babble."""


class _TryAgain(Exception):
    """The connection broke or the server had a fault of its own: another try may help."""


class _Refused(Exception):
    """No further try will help; carries the outcome."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class OpenAIBackend:
    """ports.ChatModel over HTTP.

    base_url: with its `/v1`; model: the name sent ("" lets llama-server use the one it has); context: tokens assumed
    where the server does not tell. `sleep` is the pause between tries. A call that gives no answer is a Failure.
    last_failure: why the last call gave no answer, "" if it did.
    """

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        model: str = "",
        key: str = "",
        context: int = 4096,
        breaker: Breaker | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._chat_url = f"{self._base_url}/chat/completions"
        self._model = model
        self._context = context
        self._clock = clock
        self._breaker = breaker or Breaker(clock)
        self._sleep = sleep
        self._transport = Transport(self._base_url, key)
        self._extras = LlamaExtras(self._transport, self._base_url)
        self.meter = Meter()
        self.last_failure = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def chat(
        self,
        messages: Sequence[Prompt],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 256,
        temperature: float = 0.0,
        deadline: float = 30.0,
    ) -> Answer | Failure:
        """As ports.ChatModel. Cancelling the task closes the connection, which stops the server's generation."""
        if (failure := self._not_now()) is not None:
            return failure
        body = wire.request(self._model, messages, schema=schema, max_tokens=max_tokens, temperature=temperature)
        started = self._clock.boot()
        outcome: Answer | Failure
        try:
            async with asyncio.timeout(deadline):
                outcome = await self._ask(body, schema)
        except TimeoutError:
            outcome = _too_slow(deadline)
        return self._settle(outcome, started)

    async def stream(
        self,
        messages: Sequence[Prompt],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        deadline: float = 120.0,
    ) -> AsyncGenerator[str | Thought | Answer | Failure, None]:
        """As ports.ChatModel. Closing the iterator, or cancelling the task that reads it, stops the generation."""
        if (failure := self._not_now()) is not None:
            yield failure
            return
        body = wire.request(
            self._model, messages, schema=None, max_tokens=max_tokens, temperature=temperature, stop=stop
        )
        body |= {"stream": True, "stream_options": {"include_usage": True}}
        started = self._clock.boot()
        ends = asyncio.get_running_loop().time() + deadline
        outcome: Answer | Failure = Failure(reason="cancelled", detail="the reader went away")
        try:
            async with aclosing(self._pieces(body, max_tokens)) as pieces:
                while True:
                    async with asyncio.timeout_at(ends):
                        piece = await anext(pieces)
                    if isinstance(piece, (Answer, Failure)):
                        outcome = piece
                        break
                    yield piece
        except TimeoutError:
            outcome = _too_slow(deadline)
        finally:
            outcome = self._settle(outcome, started)
        yield outcome

    async def count_tokens(self, text: str) -> int:
        """Exact where the server has a tokenizer; special tokens count as the text that they are."""
        return await self._extras.count(text)

    async def count_messages(self, messages: Sequence[Prompt]) -> int:
        """Tokens of the whole prompt, chat template included."""
        return await self._extras.count_messages(messages)

    async def context_size(self) -> int:
        return await self._extras.context_size() or self._context

    async def health(self) -> tuple[TierState, str]:
        if why := refusal(self._base_url):
            return "off", why
        return await self._extras.health()

    def _not_now(self) -> Failure | None:
        """Why nothing is asked at all: not allowed here, or failed too often lately. Neither counts as a call."""
        if why := refusal(self._base_url):
            return Failure(reason="off", detail=why)
        if (wait := self._breaker.wait()) > 0:
            return Failure(reason="unreachable", detail=f"failed too often; asked again in {wait:.0f} s")
        return None

    def _settle(self, outcome: Answer | Failure, started: float) -> Answer | Failure:
        usage = replace(outcome.usage, seconds=max(0.0, self._clock.boot() - started))
        self.meter.add(usage)
        self.last_failure = f"{outcome.reason}: {outcome.detail}" if isinstance(outcome, Failure) else ""
        if isinstance(outcome, Answer):
            self._breaker.good()
        elif outcome.reason not in ("cancelled", "too-long"):
            self._breaker.bad()
        return replace(outcome, usage=usage)

    async def _ask(self, body: dict[str, Any], schema: Mapping[str, Any] | None) -> Answer | Failure:
        extra = await self._extras.request_fields()
        pause = FIRST_PAUSE
        for left in range(RETRIES, -1, -1):
            try:
                return wire.answer_from(await self._body_of(body, extra), schema)
            except _Refused as refused:
                return refused.failure
            except _TryAgain as error:
                if not left:
                    return Failure(reason="unreachable", detail=str(error))
            pause = await self._pause(pause)
        raise AssertionError("the last try returns")

    async def _pause(self, seconds: float) -> float:
        """Jittered, so that three tiers that lost one server do not come back in step. Returns the next pause."""
        await self._sleep(seconds * (0.5 + random.random()))
        return seconds * 2

    async def _body_of(self, body: dict[str, Any], extra: dict[str, Any]) -> bytes:
        with _translated():
            async with self._transport.ask(self._chat_url, body | extra) as blocks:
                return await wire.read_bounded(blocks)

    async def _pieces(
        self, body: dict[str, Any], max_tokens: int
    ) -> AsyncGenerator[str | Thought | Answer | Failure, None]:
        """Pieces, then the outcome. Tried again only while nothing has been passed on."""
        extra = await self._extras.request_fields()
        pause = FIRST_PAUSE
        for left in range(RETRIES, -1, -1):
            output = _Said(limit=max_tokens * BYTES_PER_TOKEN)
            try:
                async with aclosing(self._read_stream(body, extra, output)) as pieces:
                    async for piece in pieces:
                        yield piece
                yield output.outcome()
                return
            except _Refused as refused:
                yield replace(refused.failure, usage=output.usage())
                return
            except _TryAgain as error:
                if output.heard or not left:
                    yield Failure(reason="unreachable", detail=str(error), usage=output.usage())
                    return
            pause = await self._pause(pause)

    async def _read_stream(
        self, body: dict[str, Any], extra: dict[str, Any], output: _Said
    ) -> AsyncGenerator[str | Thought, None]:
        with _translated():
            async with self._transport.ask(self._chat_url, body | extra) as blocks:
                async for event in wire.events(blocks):
                    if event == b"[DONE]":
                        output.done = True
                        return
                    for piece in output.hear(wire.decode_completion(event)):
                        yield piece


class _Said:
    """What a stream has said so far."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._counts: Usage | None = None
        self._finish = ""
        self._pieces: list[str] = []
        self.heard = 0
        self.done = False

    def hear(self, chunk: wire.Completion) -> Iterator[str | Thought]:
        """What a chunk says. Raises Babble when there is more than was asked for, or the server reports an error."""
        if chunk.error is not None:
            raise wire.Babble(f"the server broke off: {str(chunk.error)[:200]}")
        if chunk.usage is not None:
            self._counts = chunk.usage.usage()
        if not chunk.choices:
            return
        choice = chunk.choices[0]
        self._finish = choice.finish_reason or self._finish
        delta = choice.delta or wire.WireMessage()
        thought, text = delta.thought, delta.content or ""
        self._size += len(thought) + len(text)
        if self._size > self._limit:
            raise wire.Babble("more text than the token limit can hold")
        if thought:
            self.heard += 1
            yield Thought(text=thought)
        if text:
            self.heard += 1
            self._pieces.append(text)
            yield text

    def usage(self) -> Usage:
        return self._counts or Usage(output_tokens=self.heard)

    def outcome(self) -> Answer | Failure:
        if not self.done and not self._finish:
            return Failure(reason="unreachable", detail="the stream broke off", usage=self.usage())
        if self.heard and not self._pieces and self._finish == "length":
            detail = "the model thought until the token limit and answered nothing"
            return Failure(reason="too-long", detail=detail, usage=self.usage())
        return Answer(text="".join(self._pieces), usage=self.usage(), finish=self._finish or "stop")


def _too_slow(deadline: float) -> Failure:
    return Failure(reason="timeout", detail=f"no complete answer within {deadline:g} s")


@contextmanager
def _translated() -> Iterator[None]:
    """What the transport raises, as the two things that matter: another try may help, or it will not."""
    try:
        yield
    except wire.Babble as error:
        raise _Refused(Failure(reason="garbage", detail=str(error))) from error
    except BadStatus as error:
        if error.status >= 500:
            raise _TryAgain(str(error)) from error
        # llama-server answers 400 "exceed_context_size_error", OpenAI 400 "context_length_exceeded"
        too_long = error.status == 413 or (error.status == 400 and b"context" in error.body.lower())
        raise _Refused(Failure(reason="too-long" if too_long else "refused", detail=str(error))) from error
    except Broken as error:
        raise _TryAgain(str(error)) from error
