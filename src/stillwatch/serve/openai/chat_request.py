"""A chat request as clients send it: everything they send is taken in, and only what is listed here goes on (R26).

Fields as in OpenAI's API reference ("Create chat completion"). System, developer and tool messages, `tools`,
`tool_calls` and whatever else a client sends are dropped here and reach neither a model nor policy (R27).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from stillwatch.records.chat import Message
from stillwatch.serve.http.refusal import Refusal, bad
from stillwatch.think.talk.phrase import ANSWER_TOKENS, Style

FULL: Final = "stillwatch"
READ_ONLY: Final = "stillwatch-readonly"
TITLE: Final = "stillwatch-title"
MODELS: Final[Mapping[str, str]] = {
    FULL: "Stillwatch",
    READ_ONLY: "Stillwatch (only looks)",
    TITLE: "Stillwatch titles",
}
MOST_MESSAGES = 4_000
MOST_TOKENS = 1_024
MOST_STOPS = 4
LONGEST_STOP = 64
LONGEST_TEXT = 100_000
MOST_FIELDS = 6
_DROPPED_ROLES = frozenset({"system", "developer", "tool", "function"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatRequest:
    """messages: the person's and the assistant's, in order; instructions: what the client told its model, for
    side requests alone; form: `response_format`'s type if it is JSON; fields: the texts that such an answer has to
    have, where a schema asks for texts alone; function: the name of the function that the client forces to be "called"
    with them.
    """

    model: str
    messages: tuple[Message, ...]
    instructions: tuple[str, ...]
    stream: bool
    include_usage: bool
    style: Style
    form: str
    fields: tuple[str, ...]
    function: str

    @property
    def last(self) -> Message:
        return self.messages[-1]


def read_asked(body: Mapping[str, object]) -> ChatRequest:
    """Raises Refusal (400) naming the field that cannot be used."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise bad("`model` must be a name", "model")
    raw = _messages(body.get("messages"))
    if body.get("n") not in (None, 1):
        raise bad("one answer at a time: `n` must be 1", "n", "unsupported_value")
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise bad("`stream` must be true or false", "stream")
    options = body.get("stream_options")
    form, fields, function = _form(body)
    kept = tuple(message for message in raw if message.role != "system")
    if not any(message.role == "user" for message in kept):
        raise bad("there is no message of a user", "messages")
    return ChatRequest(
        model=model[:128],
        messages=kept,
        instructions=tuple(message.content for message in raw if message.role == "system"),
        stream=bool(stream),
        include_usage=isinstance(options, Mapping) and options.get("include_usage") is True,
        style=_style(body),
        form=form,
        fields=fields,
        function=function,
    )


def text_of(content: object) -> str:
    """The words of a message: a text, or a list of parts of which the text ones count; null is empty."""
    if isinstance(content, str):
        return content[:LONGEST_TEXT]
    if not isinstance(content, list):
        return ""
    parts = [part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") in _TEXT_PARTS]
    return "\n".join(part for part in parts if isinstance(part, str))[:LONGEST_TEXT]


_TEXT_PARTS = ("text", "input_text", "output_text")


def _messages(sent: object) -> list[Message]:
    if not isinstance(sent, list) or not sent:
        raise bad("`messages` must be a list with at least one message", "messages")
    if len(sent) > MOST_MESSAGES:
        raise bad(f"at most {MOST_MESSAGES} messages", "messages")
    found = []
    for number, message in enumerate(sent):
        role = message.get("role") if isinstance(message, Mapping) else None
        if not isinstance(role, str):
            raise bad("each message needs a role", f"messages[{number}].role")
        if (kind := _role(role, number)) is not None:
            found.append(Message(role=kind, content=text_of(message.get("content"))))
    return found


def _role(role: str, number: int) -> Literal["system", "user", "assistant"] | None:
    if role == "user":
        return "user"
    if role == "assistant":
        return "assistant"
    if role not in _DROPPED_ROLES:
        raise bad(f"no such role: {role[:40]!r}", f"messages[{number}].role")
    return "system" if role in ("system", "developer") else None


def _style(body: Mapping[str, object]) -> Style:
    """Within what the tier takes: at most MOST_TOKENS, temperature 0 … 2, MOST_STOPS stops."""
    wanted = body.get("max_completion_tokens")
    wanted = body.get("max_tokens") if wanted is None else wanted
    tokens = ANSWER_TOKENS if wanted is None else _whole(wanted, "max_tokens")
    if tokens < 1:
        raise bad("`max_tokens` must be at least 1", "max_tokens")
    temperature = body.get("temperature")
    if temperature is None:
        temperature = 0.0
    if isinstance(temperature, bool) or not isinstance(temperature, int | float):
        raise bad("`temperature` must be a number", "temperature")
    return Style(
        max_tokens=min(tokens, MOST_TOKENS),
        temperature=min(max(float(temperature), 0.0), 2.0),
        stop=_stops(body.get("stop")),
    )


def _form(body: Mapping[str, object]) -> tuple[str, tuple[str, ...], str]:
    """As ChatRequest.form, .fields and .function; whatever is not understood was not sent."""
    wanted = body.get("response_format")
    form = str(_inner(wanted, "type") or "")
    if form in ("json_schema", "json_object"):
        return form, _fields(_inner(wanted, "json_schema", "schema")), ""
    forced, tools = _inner(body.get("tool_choice"), "function", "name"), body.get("tools")
    if not isinstance(tools, list) or not isinstance(forced, str):
        return "", (), ""
    schemas = [_inner(tool, "function", "parameters") for tool in tools if _inner(tool, "function", "name") == forced]
    fields = _fields(schemas[0]) if schemas else ()
    return ("function", fields, forced[:64]) if fields else ("", (), "")


def _fields(schema: object) -> tuple[str, ...]:
    """The names of a schema's properties, if all are free texts and one is a title or a language."""
    properties = _inner(schema, "properties")
    if not isinstance(properties, Mapping) or not 0 < len(properties) <= MOST_FIELDS:
        return ()
    texts = all(_inner(one, "type") == "string" and _inner(one, "enum") is None for one in properties.values())
    names = [str(name) for name in properties]
    return tuple(names) if texts and {"title", "language"} & set(names) else ()


def _inner(value: object, *names: str) -> object:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or value % 1:
        raise bad(f"`{name}` must be a whole number", name)
    return int(value)


def _stops(sent: object) -> tuple[str, ...]:
    stops: Sequence[object] = (
        [] if sent is None else [sent] if isinstance(sent, str) else sent if isinstance(sent, list) else [0]
    )
    if len(stops) > MOST_STOPS or not all(isinstance(one, str) and len(one) <= LONGEST_STOP for one in stops):
        raise bad(f"`stop` takes at most {MOST_STOPS} texts of {LONGEST_STOP} characters", "stop")
    return tuple(str(one) for one in stops if one)


def check_model(name: str) -> None:
    """Raises Refusal (404) for a model that is not offered."""
    if name not in MODELS:
        shown = re.sub(r"[^\w.:/@-]", "?", name[:64])
        message = f"no model {shown}; there are: {', '.join(MODELS)}"
        raise Refusal(404, message, code="model_not_found", param="model")
