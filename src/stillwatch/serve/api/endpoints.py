"""`/api`: what is known, as JSON for scripts and dashboards; it changes nothing."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from stillwatch.chat.conversation import Desk
from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.records.incident import Incident
from stillwatch.records.iso import iso
from stillwatch.records.render import incident_json
from stillwatch.records.render_report import report_json
from stillwatch.serve.http.bounded import Bounded
from stillwatch.serve.http.guard import needs
from stillwatch.serve.http.limits import Limits
from stillwatch.serve.http.refusal import Refusal, as_json, bad
from stillwatch.serve.http.stream import EventStream

EVENT_SECONDS = 1.0
MOST_READINGS = 10_000
DAY = 86_400.0
STATES = ("waiting", "all")
MOST_INCIDENTS = 50
A_PAGE = 20


@dataclass(frozen=True, kw_only=True)
class Api:
    desk: Desk
    limits: Limits
    open: OpenIncidents

    async def status(self, request: Request) -> Response:
        needs(request.scope, "read")
        return as_json(report_json(await self.desk.service.status()))

    async def incidents(self, request: Request) -> Response:
        """Those that are open, the worst first; with `state=all` by the page, the newest first."""
        needs(request.scope, "read")
        if _choice(request, "state", ("open", "all")) == "open":
            return as_json({"incidents": [incident_json(one) for one in self.desk.service.incidents()], "next": None})
        limit, before = _limit(request), request.query_params.get("before", "")
        if before and not re.fullmatch(r"[Ii][0-9]{1,15}", before):
            raise bad("`before` is the id of an incident, I73 say", "before")
        found = self.desk.service.recent(limit + 1, before)
        following = found[limit - 1].id if len(found) > limit else None
        return as_json({"incidents": [incident_json(one) for one in found[:limit]], "next": following})

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
        return as_json({"approvals": await self.proposals(_choice(request, "state", STATES))})

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
        """Server-sent events: all that is open and a `snapshot` of it at once, then what opens, changes or is over."""
        key = needs(request.scope, "read")
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        return Bounded(limits=self.limits, key=key.id, app=EventStream(self._follow))

    async def _follow(self, write: Callable[[bytes], None]) -> None:
        before: Mapping[str, bytes] | None = None
        while True:
            now = self.open.frames()
            for name, frame in now.items():
                if before is None or before.get(name) != frame:
                    write(frame)
            if before is None:  # who comes again drops whatever is not named here: it ended meanwhile
                write(_event("snapshot", {"open": list(now)}))
            for name in (before or {}).keys() - now.keys():
                write(_event("over", {"id": name}))
            before = now
            await asyncio.sleep(EVENT_SECONDS)


@dataclass(kw_only=True)
class OpenIncidents:
    """What is open as frames of a stream: read once a second, however many streams follow it."""

    desk: Desk
    _frames: Mapping[str, bytes] = field(default_factory=dict)
    _at: float = -math.inf

    def frames(self) -> Mapping[str, bytes]:
        if (now := self.desk.clock.boot()) - self._at >= EVENT_SECONDS / 2:
            self._at = now
            self._frames = {one.id: _event("incident", incident_json(one)) for one in self.desk.service.incidents()}
        return self._frames


def _event(name: str, value: Mapping[str, object]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(value) + b"\n\n"


def _history(incident: Incident) -> list[dict[str, object]]:
    return [{"at": iso(step.at), "by": step.by, "text": step.text} for step in incident.history]


def _choice(request: Request, name: str, choices: Sequence[str]) -> str:
    """The first is what is meant where nothing is said. Raises Refusal (400)."""
    chosen = request.query_params.get(name, choices[0])
    if chosen not in choices:
        raise bad(f"`{name}` is one of {', '.join(choices)}", name)
    return chosen


def _limit(request: Request) -> int:
    given = request.query_params.get("limit", str(A_PAGE))
    if not re.fullmatch(r"[0-9]{1,6}", given) or not 1 <= int(given) <= MOST_INCIDENTS:
        raise bad(f"`limit` is a number from 1 to {MOST_INCIDENTS}", "limit")
    return int(given)


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
