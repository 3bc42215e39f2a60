"""The document at /openapi.json, written from the shapes below; tests hold real answers against it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from stillwatch.records.report import Status


class ErrorBody(msgspec.Struct):
    message: str
    type: str
    param: str | None
    code: str | None


class Error(msgspec.Struct):
    error: ErrorBody


class Health(msgspec.Struct):
    status: Literal["ok"]
    troubled: list[str] | msgspec.UnsetType = msgspec.UNSET


class Model(msgspec.Struct):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    name: str


class ModelList(msgspec.Struct):
    object: Literal["list"]
    data: list[Model]


class ChatMessage(msgspec.Struct):
    """content: a text, a list of parts, or null."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None


class ChatRequest(msgspec.Struct, omit_defaults=True):
    """Further fields are taken and ignored."""

    model: Literal["stillwatch", "stillwatch-readonly", "stillwatch-title"]
    messages: list[ChatMessage]
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    stop: str | list[str] | None = None


class Said(msgspec.Struct):
    role: Literal["assistant"]
    content: str
    refusal: None


class Choice(msgspec.Struct):
    index: int
    message: Said
    finish_reason: Literal["stop", "length"]
    logprobs: None


class Usage(msgspec.Struct):
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


class Evidence(msgspec.Struct):
    id: str
    kind: str
    source: str
    at: str | None
    text: str


class Incident(msgspec.Struct):
    id: str
    key: str
    state: Literal["open", "waiting", "acting", "resolved", "muted"]
    severity: Literal["info", "low", "medium", "high", "critical"]
    summary: str
    subject: str
    opened: str | None
    updated: str | None
    cause: dict[str, Any] | None
    confidence: float
    by: str
    evidence: list[Evidence]
    proposal: dict[str, Any] | None
    decision: dict[str, Any] | None
    outcome: dict[str, Any] | None


class Incidents(msgspec.Struct):
    incidents: list[Incident]


class SourceBody(msgspec.Struct):
    name: str
    read: bool
    problem: str | None


class StatusBody(msgspec.Struct):
    host: str
    at: str | None
    status: Status
    incidents: list[Incident]
    sources: list[SourceBody]
    tiers: dict[str, Any]
    lines: int
    seconds: float


class Approvals(msgspec.Struct):
    approvals: list[dict[str, Any]]


_Answer = tuple[str, str, type | None]
_TEXT = {"type": "string"}
_GET: dict[str, _Answer] = {
    "/health": ("Whether it runs. Needs no key.", "application/json", Health),
    "/v1/models": ("The models.", "application/json", ModelList),
    "/v1/models/{model}": ("One model.", "application/json", Model),
    "/api/status": ("How the host stands.", "application/json", StatusBody),
    "/api/incidents": ("Incidents that are not resolved, the worst first.", "application/json", Incidents),
    "/api/incidents/{id}": ("One incident with its history.", "application/json", Incident),
    "/api/approvals": ("What waits for a person.", "application/json", Approvals),
    "/api/metrics": ("Names of metrics, or the readings of one.", "application/json", dict),
    "/api/events": ("Server-sent events: `incident` and `over`.", "text/event-stream", None),
    "/": ("A page for people; the key is the password.", "text/html", None),
    "/openapi.json": ("This document.", "application/json", dict),
}
_QUERIES: dict[str, dict[str, Any]] = {
    "/api/approvals": {"state": {"type": "string", "enum": ["waiting", "all"]}},
    "/api/metrics": {"metric": _TEXT, "since": {"type": "number"}, "until": {"type": "number"}},
}
_REFUSALS = ("400", "401", "403", "404", "408", "413", "429", "431", "503")


def document(version: str) -> dict[str, Any]:
    """OpenAPI 3.1."""
    kinds = [Error, ChatRequest, Completion, *{kind for _, _, kind in _GET.values() if kind not in (None, dict)}]
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
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
    }


def _get(path: str, answer: _Answer, by_kind: dict[Any, Any]) -> dict[str, Any]:
    words, media, kind = answer
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in names]
    queries = _QUERIES.get(path, {})
    parameters += [{"name": name, "in": "query", "required": False, "schema": shape} for name, shape in queries.items()]
    schema = by_kind.get(kind, {"type": "object"} if kind is dict else _TEXT)
    found: dict[str, Any] = {
        "summary": words,
        "parameters": parameters,
        "responses": _responses(media, schema, by_kind),
    }
    if path == "/health":
        found["security"] = []
    return found


def _chat(by_kind: dict[Any, Any]) -> dict[str, Any]:
    responses = _responses("application/json", by_kind[Completion], by_kind)
    responses["200"]["content"]["text/event-stream"] = {"schema": _TEXT}
    body = {"required": True, "content": {"application/json": {"schema": by_kind[ChatRequest]}}}
    return {"summary": "Talk with the administrator. Needs scope `chat`.", "requestBody": body, "responses": responses}


def _responses(media: str, schema: Any, by_kind: dict[Any, Any]) -> dict[str, Any]:
    refused = {"description": "Refused", "content": {"application/json": {"schema": by_kind[Error]}}}
    good = {"description": "Good", "content": {media: {"schema": schema}}}
    return {"200": good, **dict.fromkeys(_REFUSALS, refused)}
