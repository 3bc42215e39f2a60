"""What a chat window sends and gets, in the shapes of OpenAI's API: answers are encoded from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from stillwatch.config import says
from stillwatch.records.chat import Usage
from stillwatch.serve.openai.chat_request import LONGEST_STOP, MOST_MESSAGES, MOST_STOPS
from stillwatch.views.shape import Exact


class Model(Exact):
    """Something that a chat window offers for choice."""

    id: Annotated[str, says("What a request names.")]
    object: Annotated[Literal["model"], says("Always this.")]
    created: Annotated[int, says("Always 0.")]
    owned_by: Annotated[str, says("Always stillwatch.")]
    name: Annotated[str, says("What people read.")]


class ModelList(Exact):
    """All models."""

    object: Annotated[Literal["list"], says("Always this.")]
    data: Annotated[list[Model], says("The models.")]


Stop = Annotated[str, Meta(max_length=LONGEST_STOP)]


class ChatMessage(msgspec.Struct):
    """One message of a conversation."""

    role: Annotated[
        Literal["system", "developer", "user", "assistant", "tool", "function"],
        says("Who speaks; what neither user nor assistant says is left out."),
    ]
    content: Annotated[str | list[dict[str, Any]] | None, says("A text, a list of parts, or null.")] = None


class ChatRequestView(msgspec.Struct, omit_defaults=True):
    """Further fields are taken and ignored."""

    model: Annotated[
        Literal["stillwatch", "stillwatch-readonly", "stillwatch-title"], says("Which of the models answers.")
    ]
    messages: Annotated[
        list[ChatMessage],
        Meta(min_length=1, max_length=MOST_MESSAGES),
        says("The conversation; one message at least is a user's."),
    ]
    stream: Annotated[bool | None, says("Whether the answer comes in pieces.")] = None
    stream_options: Annotated[dict[str, Any] | None, says("`include_usage`: what it cost comes at the end.")] = None
    max_tokens: Annotated[Annotated[int, Meta(ge=1)] | None, says("How long the answer may be.")] = None
    max_completion_tokens: Annotated[Annotated[int, Meta(ge=1)] | None, says("The same, by its newer name.")] = None
    temperature: Annotated[float | None, says("Brought into 0 … 2.")] = None
    stop: Annotated[
        Stop | Annotated[list[Stop], Meta(max_length=MOST_STOPS)] | None, says("Texts at which the answer ends.")
    ] = None


class Function(Exact):
    """A function of the client's that it forces to be "called" with the answer."""

    name: Annotated[str, says("Its name, as the client gave it.")]
    arguments: Annotated[str, says("The answer, as JSON.")]


class Call(Exact):
    """What such a client gets; nothing is called here."""

    id: Annotated[str, says("Always call_0.")]
    type: Annotated[Literal["function"], says("Always this.")]
    function: Annotated[Function, says("The function with its arguments.")]


class AssistantMessage(Exact):
    """What is answered."""

    role: Annotated[Literal["assistant"], says("Always this.")]
    content: Annotated[str | None, says("The answer in Markdown; null where `tool_calls` has it.")]
    refusal: Annotated[None, says("Always null.")]
    tool_calls: Annotated[list[Call] | msgspec.UnsetType, says("The answer in the form that the client forces.")] = (
        msgspec.UNSET
    )
    reasoning_content: Annotated[str | msgspec.UnsetType, says("What was looked at and thought on the way.")] = (
        msgspec.UNSET
    )


class Choice(Exact):
    """There is one."""

    index: Annotated[int, says("Always 0.")]
    message: Annotated[AssistantMessage, says("The answer.")]
    finish_reason: Annotated[str, says("Why it ended: stop, length, tool_calls.")]
    logprobs: Annotated[None, says("Always null.")]


class CachedTokens(Exact):
    """Of the tokens that models were given."""

    cached_tokens: Annotated[int, says("How many their servers still had.")]


class ChatUsage(Exact):
    """What an answer cost."""

    prompt_tokens: Annotated[int, says("Tokens that models were given.")]
    completion_tokens: Annotated[int, says("Tokens that models wrote.")]
    total_tokens: Annotated[int, says("Both together.")]
    prompt_tokens_details: Annotated[CachedTokens, says("More about the tokens that were given.")]

    @classmethod
    def of(cls, usage: Usage) -> ChatUsage:
        return cls(
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.output_tokens,
            total_tokens=usage.prompt_tokens + usage.output_tokens,
            prompt_tokens_details=CachedTokens(cached_tokens=usage.cached_tokens),
        )


class Completion(Exact):
    """A whole answer."""

    id: Annotated[str, says("Names the answer.")]
    object: Annotated[Literal["chat.completion"], says("Always this.")]
    created: Annotated[int, says("When it was begun, in seconds since the epoch.")]
    model: Annotated[str, says("The model that was asked.")]
    choices: Annotated[list[Choice], says("The answer, as a list of one.")]
    usage: Annotated[ChatUsage, says("What it cost.")]
