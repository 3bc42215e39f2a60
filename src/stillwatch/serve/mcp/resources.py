"""What an MCP client can read: how the host stands, incidents, evidence, changes and metrics, as JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote

import mcp_types as types
from mcp.shared.exceptions import MCPError

from stillwatch.chat.conversation import Desk
from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Incident
from stillwatch.serve.api.shapes import Reading
from stillwatch.untrusted.for_model import uncapped
from stillwatch.views.gate import LIST
from stillwatch.views.incident import EvidenceView, IncidentView
from stillwatch.views.report import StatusView
from stillwatch.views.shape import plain

SCHEME: Final = "stillwatch://"
JSON: Final = "application/json"
DAY: Final = 86_400.0
MOST_READINGS: Final = 10_000
MOST_COMPLETIONS: Final = 100
RESOURCES: Final[Mapping[str, str]] = {
    "status": "How the host stands",
    "incidents": "Incidents that are not resolved",
    "evidence": "The evidence of all open incidents",
    "changes": "What was proposed and what came of it",
    "metrics": "Names of the metrics that are kept",
}
TEMPLATES: Final[Mapping[str, tuple[str, str]]] = {
    "incidents/{id}": ("incident", "One incident with its evidence"),
    "evidence/{incident}": ("evidence of an incident", "The evidence of one incident"),
    "metrics/{name}": ("metric", "The readings of one metric over the last day"),
}


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The handlers of the SDK's server for `resources/…`, and completion of what stands in a template's braces."""

    desk: Desk

    async def list_all(self, _: Any, params: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        comes_whole(params)
        found = [
            types.Resource(name=name, title=words, uri=f"{SCHEME}{name}", mime_type=JSON)
            for name, words in RESOURCES.items()
        ]
        return types.ListResourcesResult(resources=found)

    async def templates(self, _: Any, params: types.PaginatedRequestParams | None) -> types.ListResourceTemplatesResult:
        comes_whole(params)
        found = [
            types.ResourceTemplate(name=name, title=words, uri_template=f"{SCHEME}{path}", mime_type=JSON)
            for path, (name, words) in TEMPLATES.items()
        ]
        return types.ListResourceTemplatesResult(resource_templates=found)

    async def read(self, _: Any, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        uri = str(params.uri)
        kind, _, name = uri.removeprefix(SCHEME).partition("/")
        whole: Mapping[str, Callable[[], Awaitable[object]]] = {
            "status": self._status,
            "incidents": self._incidents,
            "evidence": self._evidence,
            "changes": self._changes,
            "metrics": self._names,
        }
        one: Mapping[str, Callable[[str], object]] = {
            "incidents": self._incident,
            "evidence": self._evidence_of,
            "metrics": self._readings,
        }
        if not uri.startswith(SCHEME) or kind not in (one if name else whole):
            raise not_found("no such resource", uri)
        try:
            value = one[kind](unquote(name)) if name else await whole[kind]()
        except WrongUsage as error:
            raise not_found(str(error), uri) from error
        except StillwatchError as error:
            raise MCPError(types.INTERNAL_ERROR, str(error)) from error
        text = uncapped(Untrusted(json.dumps(value, ensure_ascii=False, allow_nan=False)))
        return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=JSON, text=text)])

    async def complete(self, _: Any, params: types.CompleteRequestParams) -> types.CompleteResult:
        path = params.ref.uri.removeprefix(SCHEME) if isinstance(params.ref, types.ResourceTemplateReference) else ""
        if path not in TEMPLATES or f"{{{params.argument.name}}}" not in path:
            raise MCPError(types.INVALID_PARAMS, "no such template or argument")
        metrics = path.startswith("metrics")
        known = self._metrics() if metrics else [one.id for one in self.desk.service.incidents()]
        fitting = [quote(name, safe="") for name in known if name.startswith(params.argument.value)]
        values = fitting[:MOST_COMPLETIONS]
        return types.CompleteResult(
            completion=types.Completion(values=values, total=len(fitting), has_more=len(values) < len(fitting))
        )

    async def _status(self) -> object:
        return plain(StatusView.of(await self.desk.service.status()))

    async def _incidents(self) -> object:
        return plain([IncidentView.of(one) for one in self.desk.service.incidents()])

    async def _evidence(self) -> object:
        return {one.id: _evidence(one) for one in self.desk.service.incidents()}

    async def _changes(self) -> object:
        if self.desk.gate is None:
            raise StillwatchError("no gate runs here, so no change is known")
        return plain((await self.desk.gate(LIST, state="all")).proposals)

    async def _names(self) -> object:
        return self._metrics()

    def _incident(self, name: str) -> object:
        return plain(IncidentView.of(self.desk.service.incident(name[:40])))

    def _evidence_of(self, name: str) -> object:
        return _evidence(self.desk.service.incident(name[:40]))

    def _readings(self, name: str) -> object:
        if name not in self._metrics() or self.desk.samples is None:
            raise WrongUsage("no such metric")
        now = self.desk.clock.now()
        readings = self.desk.samples(name, now - DAY, now + 1)
        return plain([Reading.of(at, value) for at, value in readings][-MOST_READINGS:])

    def _metrics(self) -> Sequence[str]:
        return list(self.desk.metrics()) if self.desk.metrics else []


def _evidence(incident: Incident) -> object:
    return plain([EvidenceView.of(piece) for piece in incident.evidence])


def not_found(words: str, uri: str) -> MCPError:
    return MCPError(types.INVALID_PARAMS, words, {"uri": uri})


def comes_whole(params: types.PaginatedRequestParams | None) -> None:
    """Every list here is short and comes as one page. Raises MCPError for a cursor, which nobody was given."""
    if params is not None and params.cursor is not None:
        raise MCPError(types.INVALID_PARAMS, "no such page: this list comes whole, without a cursor")
