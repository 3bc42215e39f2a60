"""`/api`: what is known, as JSON for scripts and dashboards; it changes nothing."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from stillwatch.conversation import Desk
from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.records.incident import Incident
from stillwatch.records.iso import iso
from stillwatch.records.render import incident_json
from stillwatch.records.render_report import report_json
from stillwatch.serve.bounded import Bounded
from stillwatch.serve.guard import needs
from stillwatch.serve.limits import Limits
from stillwatch.serve.refusal import Refusal, as_json, bad
from stillwatch.serve.stream import EventStream

EVENT_SECONDS = 1.0
MOST_READINGS = 10_000
DAY = 86_400.0
STATES = ("waiting", "all")


@dataclass(frozen=True, kw_only=True)
class Api:
    desk: Desk
    limits: Limits

    async def status(self, request: Request) -> Response:
        needs(request.scope, "read")
        return as_json(report_json(await self.desk.service.status()))

    async def incidents(self, request: Request) -> Response:
        needs(request.scope, "read")
        return as_json({"incidents": [incident_json(one) for one in self.desk.service.incidents()]})

    async def incident(self, request: Request) -> Response:
        needs(request.scope, "read")
        try:
            found = self.desk.service.incident(str(request.path_params["id"])[:40])
        except WrongUsage as error:
            raise Refusal(404, "no such incident", code="not_found", param="id") from error
        return as_json({**incident_json(found), "history": _history(found)})

    async def approvals(self, request: Request) -> Response:
        """What waits for a person; approving is done elsewhere (R20)."""
        needs(request.scope, "read")
        state = request.query_params.get("state", "waiting")
        if state not in STATES:
            raise bad(f"`state` is one of {', '.join(STATES)}", "state")
        return as_json({"approvals": await self.proposals(state)})

    async def proposals(self, state: str = "waiting") -> Sequence[object]:
        """Raises Refusal (503) where no gate answers."""
        if self.desk.gate is None:
            return []
        try:
            reply = await self.desk.gate("list", state=state)
        except StillwatchError as error:
            raise Refusal(503, f"the gate does not answer: {error}", code="no_gate", retry_after=5) from error
        found: Sequence[object] = reply.get("proposals", ())
        return found

    async def metrics(self, request: Request) -> Response:
        """Without `metric` the names; with it the readings of the last day, or from `since` to `until`."""
        needs(request.scope, "read")
        names = list(self.desk.metrics()) if self.desk.metrics else []
        metric = request.query_params.get("metric")
        if metric is None:
            return as_json({"metrics": names})
        if metric not in names:
            raise Refusal(404, "no such metric", code="not_found", param="metric")
        now = self.desk.clock.now()
        since, until = _moment(request, "since", now - DAY), _moment(request, "until", now + 1)
        readings = self.desk.samples(metric, since, until) if self.desk.samples else []
        rows = [{"at": iso(at), "value": value if math.isfinite(value) else None} for at, value in readings]
        return as_json({"metric": metric, "readings": rows[-MOST_READINGS:]})

    async def events(self, request: Request) -> ASGIApp:
        """Server-sent events: every open incident at once, then each that opens or changes, and each that is over."""
        key = needs(request.scope, "read")
        return Bounded(limits=self.limits, key=key.id, app=EventStream(self._follow))

    async def _follow(self, write: Callable[[bytes], None]) -> None:
        before: dict[str, bytes] = {}
        while True:
            now = {one.id: _event("incident", incident_json(one)) for one in self.desk.service.incidents()}
            for name, frame in now.items():
                if before.get(name) != frame:
                    write(frame)
            for name in before.keys() - now.keys():
                write(_event("over", {"id": name}))
            before = now
            await asyncio.sleep(EVENT_SECONDS)


def _event(name: str, value: Mapping[str, object]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(value) + b"\n\n"


def _history(incident: Incident) -> list[dict[str, object]]:
    return [{"at": iso(step.at), "by": step.by, "text": step.text} for step in incident.history]


def _moment(request: Request, name: str, default: float) -> float:
    """A query parameter in seconds since the epoch. Raises Refusal (400)."""
    given = request.query_params.get(name)
    if given is None:
        return default
    try:
        value = float(given[:40])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > 1e12:
        raise bad(f"`{name}` is seconds since the epoch", name)
    return value
