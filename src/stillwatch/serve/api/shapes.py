"""The shapes of what port 8083 takes and gives, which the document at /openapi.json is written from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from stillwatch.records.assessment import Opinion
from stillwatch.records.chat import TierState
from stillwatch.records.report import Status
from stillwatch.serve.openai.chat_request import LONGEST_STOP, MOST_MESSAGES, MOST_STOPS


class Exact(msgspec.Struct, forbid_unknown_fields=True):
    """What we send: no field that is not listed here."""


class ErrorBody(Exact):
    message: str
    type: str
    param: str | None
    code: str | None


class Error(Exact):
    error: ErrorBody


class Health(Exact):
    status: Literal["ok"]
    troubled: list[str] | msgspec.UnsetType = msgspec.UNSET


class Model(Exact):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    name: str


class ModelList(Exact):
    object: Literal["list"]
    data: list[Model]


Stop = Annotated[str, Meta(max_length=LONGEST_STOP)]


class ChatMessage(msgspec.Struct):
    """content: a text, a list of parts, or null."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None


class ChatRequest(msgspec.Struct, omit_defaults=True):
    """Further fields are taken and ignored. One message at least is a user's; `temperature` is brought into 0 … 2."""

    model: Literal["stillwatch", "stillwatch-readonly", "stillwatch-title"]
    messages: Annotated[list[ChatMessage], Meta(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    max_tokens: Annotated[int, Meta(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Meta(ge=1)] | None = None
    temperature: float | None = None
    stop: Stop | Annotated[list[Stop], Meta(max_length=MOST_STOPS)] | None = None


class Said(msgspec.Struct):
    """content is null where `tool_calls` say it; reasoning_content: what was looked at on the way."""

    role: Literal["assistant"]
    content: str | None
    refusal: None
    reasoning_content: str | msgspec.UnsetType = msgspec.UNSET
    tool_calls: list[dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET


class Choice(msgspec.Struct):
    index: int
    message: Said
    finish_reason: str
    logprobs: None


class Usage(Exact):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: dict[str, int]


class Completion(msgspec.Struct):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage


class Evidence(Exact):
    """text is what was seen, word for word: strangers write it."""

    id: str
    kind: Literal["journal", "log", "metric", "unit", "change", "look"]
    source: str
    at: str | None
    text: str


class Cause(Exact):
    id: str
    object: str
    text: str


class Proposal(Exact):
    action: str
    target: str
    arguments: dict[str, str | int | bool]
    because: str


class Decision(Exact):
    verdict: Literal["allow", "ask", "refuse"]
    rule: str
    reason: str


class Outcome(Exact):
    status: Literal["done", "failed", "undone", "unknown"]
    verified: bool | None


class Step(Exact):
    at: str | None
    by: str
    text: str


class Arrow(Exact):
    """One step of the way that a fault took; evidence: ids of what shows it."""

    culprit: str
    effect: str
    cause: str
    evidence: list[str]


class Incident(Exact):
    """Times are ISO 8601 in UTC. What is not known yet is null. muted_by: "" where it is not muted."""

    id: str
    key: str
    state: Literal["open", "waiting", "acting", "resolved", "muted"]
    severity: Literal["info", "low", "medium", "high", "critical"]
    summary: str
    subject: str
    host: str
    opened: str | None
    updated: str | None
    cause: Cause | None
    confidence: float
    by: str
    evidence: list[Evidence]
    proposal: Proposal | None
    decision: Decision | None
    outcome: Outcome | None
    muted_by: str
    notes: list[str]
    path: list[Arrow]
    opinions: list[Opinion]


class IncidentInFull(Incident):
    """With its history, the oldest step first."""

    history: list[Step]


class Incidents(Exact):
    """next: what to send as `before` for the page that follows; null on the last page."""

    incidents: list[Incident]
    next: str | None


class SourceBody(Exact):
    name: str
    read: bool
    problem: str | None
    watched: str | None


class TierBody(Exact):
    state: TierState
    detail: str
    calls: int
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    seconds: float


class StoreBody(Exact):
    """What the daemon remembers: bytes in use and at most, days that readings and resolved incidents are kept."""

    bytes: int
    most_bytes: int
    readings_days: float
    incidents_days: float


class UnreadBody(Exact):
    """Log lines of which the time or the program could not be told."""

    lines: int
    without_time: int
    without_program: int


class UnknownBody(Exact):
    """Lines of one kind that sound like trouble and that no rule knows."""

    template: str
    program: str
    host: str | None
    count: int
    first: str
    last: str
    sample: str


class StatusBody(Exact):
    """status is `unknown` where something could not be read, never `healthy`. store: null where no daemon runs."""

    host: str
    at: str | None
    status: Status
    incidents: list[Incident]
    sources: list[SourceBody]
    tiers: dict[str, TierBody]
    lines: int
    dropped: int
    unread: UnreadBody
    unknown: list[UnknownBody]
    seconds: float
    store: StoreBody | None


class Approval(msgspec.Struct):
    """A proposal as the gate shows it, with more fields than these. shown: what the approver reads."""

    id: str
    state: str
    action: str
    target: str
    risk: str | None
    shown: dict[str, Any]


class Approvals(Exact):
    approvals: list[Approval]


class MetricNames(Exact):
    metrics: list[str]


class Reading(Exact):
    at: str | None
    value: float | None


class Readings(Exact):
    metric: str
    readings: list[Reading]
