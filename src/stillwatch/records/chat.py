"""What is said to a model and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from stillwatch.records.safe import ForModel

Tier = Literal["trigger", "review", "meta"]
TIERS: tuple[Tier, ...] = ("trigger", "review", "meta")
TierState = Literal["ready", "missing", "failed", "off"]

FailureReason = Literal["unreachable", "timeout", "refused", "garbage", "too-long", "cancelled", "off"]


Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message of a conversation, as somebody said it."""

    role: Role
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """One message of what a model is given."""

    role: Role
    content: ForModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Token counts as the server gave them; seconds of wall time."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Thought:
    """A piece of what a reasoning model says to itself: it precedes the answer and is no part of it."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A model's answer: `value` is set where a schema was asked for (already decoded JSON), `text` always."""

    text: str
    value: Mapping[str, object] = field(default_factory=dict)
    usage: Usage = Usage()
    finish: str = "stop"


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A call that gave no answer: an error value with its cause, never text that looks like an answer."""

    reason: FailureReason
    detail: str
    usage: Usage = Usage()
