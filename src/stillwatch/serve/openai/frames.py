"""One answer on the wire: chunks of a stream, or the whole, as OpenAI's chat completions are written."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from msgspec import UNSET
from msgspec.structs import asdict

from stillwatch.records.chat import Usage
from stillwatch.serve.openai.shapes import AssistantMessage, Call, ChatUsage, Choice, Completion, Function

DONE = b"data: [DONE]\n\n"
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, kw_only=True, slots=True)
class Frames:
    """id and created name the answer; with them the front of every chunk is the same and is written once."""

    id: str
    model: str
    created: int

    @property
    def front(self) -> bytes:
        head = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model}
        return b"data: " + _encode(head)[:-1] + b',"choices":[{"index":0,"delta":'

    def opening(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def content(self, front: bytes, text: str) -> bytes:
        """front: this answer's `front`, which the caller keeps: an answer has thousands of these."""
        return front + b'{"content":' + _encode(text) + b'},"finish_reason":null}]}\n\n'

    def reasoning(self, text: str) -> bytes:
        """What goes on before the answer, in the field that chat windows fold away."""
        return self._chunk({"reasoning_content": text})

    def called(self, function: str, arguments: str) -> bytes:
        """What a client gets that forces a function "called" to have an answer in its form; nothing is called here."""
        call = {"index": 0, **asdict(_call(function, arguments))}
        return self.front + _encode({"tool_calls": [call]}) + b',"finish_reason":null}]}\n\n'

    def end(self, finish: str) -> bytes:
        return self.front + b'{},"finish_reason":' + _encode(finish) + b"}]}\n\n"

    def usage(self, usage: Usage) -> bytes:
        head = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model}
        return b"data: " + _encode({**head, "choices": [], "usage": ChatUsage.of(usage)}) + b"\n\n"

    def whole(self, text: str, reasoning: str, finish: str, usage: Usage, function: str = "") -> Completion:
        """function: as for `called`; then the text is its arguments."""
        message = AssistantMessage(
            role="assistant",
            content=None if function else text,
            refusal=None,
            tool_calls=[_call(function, text)] if function else UNSET,
            reasoning_content=reasoning or UNSET,
        )
        return Completion(
            id=self.id,
            object="chat.completion",
            created=self.created,
            model=self.model,
            choices=[Choice(index=0, message=message, finish_reason=finish, logprobs=None)],
            usage=ChatUsage.of(usage),
        )

    def _chunk(self, delta: dict[str, str]) -> bytes:
        return self.front + _encode(delta) + b',"finish_reason":null}]}\n\n'


def _call(function: str, arguments: str) -> Call:
    return Call(id="call_0", type="function", function=Function(name=function, arguments=arguments))


def status(text: str, *, done: bool) -> bytes:
    """Open WebUI's progress line; other clients would stumble over a chunk without choices."""
    return b"data: " + _encode({"event": {"type": "status", "data": {"description": text, "done": done}}}) + b"\n\n"


def error(body: object) -> bytes:
    return b"data: " + _encode(body) + b"\n\n"
