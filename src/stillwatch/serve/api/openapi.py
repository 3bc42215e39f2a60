"""The document at /openapi.json, written from the shapes below; tests hold real answers against it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from stillwatch.records.assessment import Opinion
from stillwatch.records.chat import TierState
from stillwatch.records.report import Status
from stillwatch.serve.api.endpoints import MOST_INCIDENTS
from stillwatch.serve.http.guard import OPEN_PATHS, PAGES
from stillwatch.serve.openai.chat_request import LONGEST_STOP, MODELS, MOST_MESSAGES, MOST_STOPS


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


class StatusBody(Exact):
    """status is `unknown` where something could not be read, never `healthy`. store: null where no daemon runs."""

    host: str
    at: str | None
    status: Status
    incidents: list[Incident]
    sources: list[SourceBody]
    tiers: dict[str, TierBody]
    lines: int
    unread: UnreadBody
    dropped: int
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


_Answer = tuple[str, str, Any]
"""What it is, its media type, and its shape: one, or one of several."""
_TEXT = {"type": "string"}
_INCIDENT_ID = {"type": "string", "pattern": "^I[0-9]{1,15}$"}
_NAMES: dict[str, dict[str, Any]] = {"id": _INCIDENT_ID, "model": {"type": "string", "enum": list(MODELS)}}
_SECONDS = {"type": "number", "minimum": -1e12, "maximum": 1e12, "description": "Seconds since the epoch."}
EVENT = "event"
_GET: dict[str, _Answer] = {
    "/health": ("Whether it runs. Needs no key.", "application/json", Health),
    "/v1/models": ("The models.", "application/json", ModelList),
    "/v1/models/{model}": ("One model.", "application/json", Model),
    "/api/status": ("How the host stands.", "application/json", StatusBody),
    "/api/incidents": ("Open incidents, the worst first; or all, the newest first.", "application/json", Incidents),
    "/api/incidents/{id}": ("One incident with its history.", "application/json", IncidentInFull),
    "/api/approvals": ("What waits for a person.", "application/json", Approvals),
    "/api/metrics": ("Names of metrics, or the readings of one.", "application/json", (MetricNames, Readings)),
    "/api/events": ("Live: `incident`, `snapshot` and `over`.", "text/event-stream", EVENT),
    "/": ("A page for people; the key is the password.", "text/html", None),
    "/openapi.json": ("This document.", "application/json", dict),
}
_MORE = {
    "/api/events": (
        "Server-sent events. At once an `incident` for each that is open, then one `snapshot` with the ids of all of "
        "them: drop what it does not name. From then on `incident` for each that opens or changes, and `over` with the "
        "id of each that is resolved. A comment comes while nothing else does."
    ),
    "/api/approvals": "Approving is not done here: the command line does it, or a one-time code in a chat.",
    "/api/metrics": "Without `metric` the names; with it the readings of the last day, or from `since` to `until`.",
    "/health": "`troubled`, where there is one, names what cannot be read or reached; why needs a key.",
}
_QUERIES: dict[str, dict[str, Any]] = {
    "/api/incidents": {
        "state": {"type": "string", "enum": ["open", "all"]},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST_INCIDENTS},
        "before": _INCIDENT_ID,
    },
    "/api/approvals": {"state": {"type": "string", "enum": ["waiting", "all"]}},
    "/api/metrics": {"metric": _TEXT, "since": _SECONDS, "until": _SECONDS},
}
_REFUSALS = ("400", "401", "403", "404", "405", "408", "413", "415", "429", "431", "503")


def document(version: str) -> dict[str, Any]:
    """OpenAPI 3.1."""
    told = [kind if isinstance(kind, tuple) else (kind,) for _, _, kind in _GET.values()]
    kinds = [
        Error,
        ChatRequest,
        Completion,
        *{kind for some in told for kind in some if kind not in (None, dict, EVENT)},
    ]
    schemas, parts = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    by_kind = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, Any] = {path: {"get": _get(path, answer, by_kind)} for path, answer in _GET.items()}
    paths["/v1/chat/completions"] = {"post": _chat(by_kind)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stillwatch", "version": version, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(parts.items())),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "login": {"type": "http", "scheme": "basic", "description": "Any name; the key is the password."},
            },
        },
        "security": [{"key": []}],
    }


def _get(path: str, answer: _Answer, by_kind: dict[Any, Any]) -> dict[str, Any]:
    words, media, kind = answer
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": _NAMES[name]} for name in names]
    queries = _QUERIES.get(path, {})
    parameters += [{"name": name, "in": "query", "required": False, "schema": shape} for name, shape in queries.items()]
    if kind is EVENT:
        schema = _event("incident", "snapshot", "over")
    elif isinstance(kind, tuple):
        schema = {"anyOf": [by_kind[one] for one in kind]}
    else:
        schema = by_kind.get(kind, {"type": "object"} if kind is dict else _TEXT)
    found: dict[str, Any] = {
        "summary": words,
        "parameters": parameters,
        "responses": _responses(media, schema, by_kind),
    }
    if path in _MORE:
        found["description"] = _MORE[path]
    if path in OPEN_PATHS:
        found["security"] = []
    if path in PAGES:
        found["security"] = [{"key": []}, {"login": []}]
    return found


def _chat(by_kind: dict[Any, Any]) -> dict[str, Any]:
    responses = _responses("application/json", by_kind[Completion], by_kind)
    responses["200"]["content"]["text/event-stream"] = {"schema": _event("message")}
    body = {"required": True, "content": {"application/json": {"schema": by_kind[ChatRequest]}}}
    return {"summary": "Talk with the administrator. Needs scope `chat`.", "requestBody": body, "responses": responses}


def _event(*names: str) -> dict[str, Any]:
    """One event of a stream; its data is JSON, but for the last one of a chat, which is `[DONE]`."""
    fields = {"event": {"type": "string", "enum": list(names)}, "data": _TEXT}
    return {"type": "object", "properties": fields, "required": ["data"]}


def _responses(media: str, schema: Any, by_kind: dict[Any, Any]) -> dict[str, Any]:
    refused = {"description": "Refused", "content": {"application/json": {"schema": by_kind[Error]}}}
    good = {"description": "Good", "content": {media: {"schema": schema}}}
    return {"200": good, **dict.fromkeys(_REFUSALS, refused)}
