"""The chat-completions protocol on the wire: what is sent, and what comes back, decoded and bounded.

Fields as in OpenAI's API reference ("Create chat completion"); `cached_tokens` is in llama-server's usage too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from stillwatch.errors import BadAnswer
from stillwatch.llm.schema import decode_text, problem_with
from stillwatch.records.chat import Answer, Failure, Prompt, Usage

MAX_BODY = 4 << 20
"""Bytes of one answer's body, and of one line of a stream; more is babble."""


class Babble(Exception):
    """The server sends more than was asked for, or what cannot be read."""


class PromptDetails(msgspec.Struct):
    cached_tokens: int | None = None


class Counts(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: PromptDetails | None = None

    def usage(self) -> Usage:
        details = self.prompt_tokens_details
        cached = (details.cached_tokens if details else 0) or 0
        return Usage(prompt_tokens=self.prompt_tokens, cached_tokens=cached, output_tokens=self.completion_tokens)


class WireMessage(msgspec.Struct):
    """What a reasoning model thinks stands in `reasoning_content` (llama-server and most), with some in `reasoning`."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: Any = None

    @property
    def thought(self) -> str:
        return self.reasoning_content or (self.reasoning if isinstance(self.reasoning, str) else "")


class Choice(msgspec.Struct):
    message: WireMessage | None = None
    delta: WireMessage | None = None
    finish_reason: str | None = None


class Completion(msgspec.Struct):
    choices: list[Choice] = []
    usage: Counts | None = None
    error: Any = None


_decoder = msgspec.json.Decoder(Completion)


def request(
    model: str,
    messages: Sequence[Prompt],
    *,
    schema: Mapping[str, Any] | None,
    max_tokens: int,
    temperature: float,
    stop: Sequence[str] = (),
) -> dict[str, Any]:
    """Arguments of `chat.completions.create`."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "max_tokens": max_tokens,
        "temperature": temperature,
    }
    if stop:
        body["stop"] = list(stop)
    if schema is not None:
        form = {"name": "answer", "strict": True, "schema": schema}
        body["response_format"] = {"type": "json_schema", "json_schema": form}
    return body


def decode_completion(raw: bytes) -> Completion:
    """Raises Babble for anything but a completion."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Babble(f"not a completion: {str(error)[:200]}") from error


def answer_from(raw: bytes, schema: Mapping[str, Any] | None) -> Answer | Failure:
    """The answer in a body; `garbage` where it is none or breaks the schema."""
    try:
        completion = decode_completion(raw)
    except Babble as error:
        return Failure(reason="garbage", detail=str(error))
    usage = completion.usage.usage() if completion.usage else Usage()
    choice = completion.choices[0] if completion.choices else Choice()
    text = choice.message.content if choice.message else None
    if text is None:
        return Failure(reason="garbage", detail="the completion carries no text", usage=usage)
    return checked(Answer(text=text, usage=usage, finish=choice.finish_reason or "stop"), schema)


def checked(answer: Answer, schema: Mapping[str, Any] | None) -> Answer | Failure:
    """The answer with its `value`, if a schema was asked for and the text keeps to it; else `garbage`."""
    if schema is None:
        return answer
    cut = ", cut off at the token limit" if answer.finish == "length" else ""
    try:
        value = decode_text(answer.text)
    except BadAnswer as error:
        return Failure(reason="garbage", detail=f"{error}{cut}", usage=answer.usage)
    problem = problem_with(value, schema) or ("" if isinstance(value, Mapping) else "$: must be object")
    if problem or not isinstance(value, Mapping):
        return Failure(reason="garbage", detail=f"{problem}{cut}", usage=answer.usage)
    return Answer(text=answer.text, value=value, usage=answer.usage, finish=answer.finish)


async def read_bounded(source: AsyncIterator[bytes], limit: int = MAX_BODY) -> bytes:
    """All of a body. Raises Babble once it exceeds `limit` bytes."""
    body = bytearray()
    async for block in source:
        body += block
        if len(body) > limit:
            raise Babble(f"an answer of more than {limit} bytes")
    return bytes(body)


async def events(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The payloads of a `text/event-stream` (WHATWG HTML, section 9.2) up to `[DONE]`, which is passed on too."""
    rest = b""
    async for block in source:
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > MAX_BODY:
            raise Babble(f"a line of more than {MAX_BODY} bytes")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].strip()
