"""The document at /openapi.json, written from the shapes below; tests hold real answers against it."""

from __future__ import annotations

from typing import Any

import msgspec

from stillwatch.serve.api.endpoints import MOST_INCIDENTS
from stillwatch.serve.api.shapes import (
    Approvals,
    ChatRequest,
    Completion,
    Error,
    Health,
    IncidentInFull,
    Incidents,
    MetricNames,
    Model,
    ModelList,
    Readings,
    StatusBody,
)
from stillwatch.serve.http.guard import OPEN_PATHS, PAGES
from stillwatch.serve.openai.chat_request import MODELS

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
