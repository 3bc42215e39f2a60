"""The document at /openapi.json, written from what is answered and from its shapes; tests hold real answers against
it."""

from __future__ import annotations

from typing import Any

import msgspec

from stillwatch.serve.api import endpoints
from stillwatch.serve.api.described import Described
from stillwatch.serve.api.endpoints import INCIDENT_ID, TEXT
from stillwatch.serve.api.shapes import Health
from stillwatch.serve.http.guard import OPEN_PATHS, PAGES
from stillwatch.serve.http.refusal import ErrorView
from stillwatch.serve.openai.chat_request import MODELS
from stillwatch.serve.openai.shapes import ChatRequestView, Completion, Model, ModelList

_NAMES: dict[str, dict[str, Any]] = {"id": INCIDENT_ID, "model": {"type": "string", "enum": list(MODELS)}}
_BESIDE: tuple[Described, ...] = (
    Described(
        path="/health",
        says="Whether it runs. Needs no key.",
        shapes=(Health,),
        more="`troubled`, where there is one, names what cannot be read or reached; why needs a key.",
    ),
    Described(path="/v1/models", says="The models.", shapes=(ModelList,)),
    Described(path="/v1/models/{model}", says="One model.", shapes=(Model,)),
    Described(path="/", says="A page for people; the key is the password.", media="text/html"),
    Described(path="/openapi.json", says="This document.", media="application/json"),
)
_REFUSALS = ("400", "401", "403", "404", "405", "408", "413", "415", "429", "431", "503")


def document(version: str) -> dict[str, Any]:
    """OpenAPI 3.1."""
    described = [*_BESIDE, *endpoints.VIEWS]
    kinds = [
        ErrorView,
        ChatRequestView,
        Completion,
        *{kind for each in described for kind in (*each.shapes, each.takes) if kind},
    ]
    schemas, parts = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    by_kind = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, Any] = {
        each.path: {"post" if each.takes else "get": _operation(each, by_kind)} for each in described
    }
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


def _operation(each: Described, by_kind: dict[Any, Any]) -> dict[str, Any]:
    names = [part[1:-1] for part in each.path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": _NAMES[name]} for name in names]
    parameters += [
        {"name": name, "in": "query", "required": False, "schema": shape} for name, shape in each.queries.items()
    ]
    found: dict[str, Any] = {
        "summary": each.says,
        "parameters": parameters,
        "responses": _responses(each.media, _schema(each, by_kind), by_kind),
    }
    if each.takes:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": by_kind[each.takes]}}}
    if each.more:
        found["description"] = each.more
    if each.path in OPEN_PATHS:
        found["security"] = []
    if each.path in PAGES:
        found["security"] = [{"key": []}, {"login": []}]
    return found


def _schema(each: Described, by_kind: dict[Any, Any]) -> dict[str, Any]:
    if each.events:
        return _event(*each.events)
    shapes = [by_kind[kind] for kind in each.shapes]
    if not shapes:
        return {"type": "object"} if each.media == "application/json" else TEXT
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def _chat(by_kind: dict[Any, Any]) -> dict[str, Any]:
    responses = _responses("application/json", by_kind[Completion], by_kind)
    responses["200"]["content"]["text/event-stream"] = {"schema": _event("message")}
    body = {"required": True, "content": {"application/json": {"schema": by_kind[ChatRequestView]}}}
    return {"summary": "Talk with the administrator. Needs scope `chat`.", "requestBody": body, "responses": responses}


def _event(*names: str) -> dict[str, Any]:
    """One event of a stream; its data is JSON, but for the last one of a chat, which is `[DONE]`."""
    fields = {"event": {"type": "string", "enum": list(names)}, "data": TEXT}
    return {"type": "object", "properties": fields, "required": ["data"]}


def _responses(media: str, schema: Any, by_kind: dict[Any, Any]) -> dict[str, Any]:
    refused = {"description": "Refused", "content": {"application/json": {"schema": by_kind[ErrorView]}}}
    good = {"description": "Good", "content": {media: {"schema": schema}}}
    return {"200": good, **dict.fromkeys(_REFUSALS, refused)}
