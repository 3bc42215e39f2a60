"""`/api`: what is known, as JSON for scripts and dashboards, and what other watchers tell; it changes nothing on the
host."""

from __future__ import annotations

import asyncio
import functools
import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from stillwatch.chat.conversation import Desk
from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.records.trigger import Trigger
from stillwatch.serve.api.alerts import Taken, Webhook, trigger_of
from stillwatch.serve.api.described import Described
from stillwatch.serve.api.exposition import MEDIA as EXPOSITION
from stillwatch.serve.api.exposition import exposition
from stillwatch.serve.api.shapes import Approvals, Incidents, MetricNames, Over, Reading, Readings, Snapshot
from stillwatch.serve.http.body import read_body
from stillwatch.serve.http.bounded import Bounded
from stillwatch.serve.http.guard import holding, needs
from stillwatch.serve.http.limits import RequestLimits
from stillwatch.serve.http.refusal import Refusal, as_json, bad
from stillwatch.serve.http.stream import EventStream
from stillwatch.views.gate import LIST, KeptProposal
from stillwatch.views.incident import IncidentInFull, IncidentView
from stillwatch.views.report import StatusView
from stillwatch.views.shape import Exact

EVENT_SECONDS = 1.0
MOST_READINGS = 10_000
MOST_EXPOSED = 1_000
READINGS_A_REQUEST, METRICS_A_REQUEST = 100, 10
"""So many readings, and so many metrics to look up, count as one request more of the key that asks for them."""
RECENT = 300.0
DAY = 86_400.0
STATES = ("waiting", "all")
MOST_INCIDENTS = 50
A_PAGE = 20
TEXT: Final = {"type": "string"}
INCIDENT_ID: Final = {"type": "string", "pattern": "^I[0-9]{1,15}$"}
SECONDS: Final = {"type": "number", "minimum": -1e12, "maximum": 1e12, "description": "Seconds since the epoch."}


@dataclass(frozen=True, kw_only=True)
class Api:
    desk: Desk
    limits: RequestLimits
    open: OpenIncidents

    async def status(self, request: Request) -> Response:
        needs(request.scope, "read")
        return as_json(StatusView.of(await self.desk.service.status()))

    async def incidents(self, request: Request) -> Response:
        """Those that are open, the worst first; with `state=all` by the page, the newest first."""
        needs(request.scope, "read")
        if _choice(request, "state", ("open", "all")) == "open":
            return as_json(Incidents([IncidentView.of(one) for one in self.desk.service.incidents()], next=None))
        limit, before = _limit(request), request.query_params.get("before", "")
        if before and not re.fullmatch(r"[Ii][0-9]{1,15}", before):
            raise bad("`before` is the id of an incident, I73 say", "before")
        found = self.desk.service.recent(limit + 1, before)
        following = found[limit - 1].id if len(found) > limit else None
        return as_json(Incidents([IncidentView.of(one) for one in found[:limit]], next=following))

    async def incident(self, request: Request) -> Response:
        needs(request.scope, "read")
        try:
            found = self.desk.service.incident(str(request.path_params["id"])[:40])
        except WrongUsage as error:
            raise Refusal(404, "no such incident", code="not_found", param="id") from error
        return as_json(IncidentInFull.of(found))

    async def approvals(self, request: Request) -> Response:
        """What waits for a person; approving is done elsewhere (R20)."""
        needs(request.scope, "read")
        return as_json(Approvals(await self.proposals(_choice(request, "state", STATES))))

    async def proposals(self, state: str = "waiting") -> list[KeptProposal]:
        """Raises Refusal (503) where no gate answers."""
        if self.desk.gate is None:
            return []
        try:
            return (await self.desk.gate(LIST, state=state)).proposals
        except StillwatchError as error:
            raise Refusal(503, f"the gate does not answer: {error}", code="no_gate", retry_after=5) from error

    async def metrics(self, request: Request) -> Response:
        """Without `metric` the names; with it the readings of the last day, or from `since` to `until`.

        Of more than two days, and of what is older than readings are kept, the mean of each hour.
        """
        key = needs(request.scope, "read")
        names = list(self.desk.metrics()) if self.desk.metrics else []
        metric = request.query_params.get("metric")
        if metric is None:
            return as_json(MetricNames(names))
        if metric not in names:
            raise Refusal(404, "no such metric", code="not_found", param="metric")
        now = self.desk.clock.now()
        since, until = _moment(request, "since", now - DAY), _moment(request, "until", now + 1)
        readings = self.desk.samples(metric, since, until) if self.desk.samples else []
        self.limits.charge(key.id, len(readings) // READINGS_A_REQUEST)
        return as_json(Readings(metric, [Reading.of(at, value) for at, value in readings][-MOST_READINGS:]))

    async def exposed(self, request: Request) -> Response:
        """For Prometheus: how the host stands, and the last reading of each metric of the last minutes."""
        key = needs(request.scope, "read")
        now, readings = self.desk.clock.now(), dict[str, float]()
        metrics = (self.desk.metrics() if self.desk.metrics else ())[:MOST_EXPOSED]
        self.limits.charge(key.id, len(metrics) // METRICS_A_REQUEST)
        for metric in metrics:
            lately = self.desk.samples(metric, now - RECENT, now + 1) if self.desk.samples else []
            readings |= {metric: lately[-1][1]} if lately else {}
        return Response(exposition(await self.desk.service.status(), readings), media_type=EXPOSITION)

    async def alerts(self, request: Request) -> Response:
        """What an Alertmanager saw of this host becomes triggers like any other."""
        key = needs(request.scope, "chat")
        with self.limits.stream(key.id):  # as many at a time as answers: each is held whole
            return await self._told(await read_body(request))

    async def _told(self, body: bytes) -> Response:
        try:
            decoded = msgspec.json.decode(body, type=Webhook).alerts
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise bad(f"the body is no webhook of Alertmanager, version 4: {str(error)[:200]}") from error
        if self.desk.hear is None:
            raise Refusal(503, "nobody watches here; start the daemon", code="no_daemon", retry_after=5)
        home, now = (await self.desk.service.status()).host, self.desk.clock.now()
        open_ones = {(one.rule, one.subject) for kept in self.desk.service.incidents() for one in kept.triggers}

        def read() -> list[Trigger]:
            found = (trigger_of(one, home, now, lambda *name: name in open_ones) for one in decoded)
            return [one for one in found if one is not None]

        heard = await asyncio.to_thread(read)  # thousands of labels, each cleaned and searched for secrets
        self.desk.hear(heard)
        return as_json(Taken(len(heard)))

    async def events(self, request: Request) -> ASGIApp:
        """Server-sent events: all that is open and a `snapshot` of it at once, then what opens, changes or is over."""
        key = needs(request.scope, "read")
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        follow = functools.partial(self._follow, holding(request.scope))
        return Bounded(limits=self.limits, key=key.id, app=EventStream(follow))

    async def _follow(self, holds: Callable[[], bool], write: Callable[[bytes], None]) -> None:
        before: Mapping[str, bytes] | None = None
        while holds():
            now = self.open.frames()
            for name, frame in now.items():
                if before is None or before.get(name) != frame:
                    write(frame)
            if before is None:  # who comes again drops whatever is not named here: it ended meanwhile
                write(_event("snapshot", Snapshot(open=list(now))))
            for name in (before or {}).keys() - now.keys():
                write(_event("over", Over(id=name)))
            before = now
            await asyncio.sleep(EVENT_SECONDS)


@dataclass(frozen=True, kw_only=True)
class View(Described):
    """A path below /api, and what answers it."""

    answer: Callable[[Api, Request], Awaitable[ASGIApp]]

    @property
    def methods(self) -> list[str]:
        return ["POST"] if self.takes else ["GET"]


VIEWS: Final[tuple[View, ...]] = (
    View(path="/api/status", says="How the host stands.", shapes=(StatusView,), answer=Api.status),
    View(
        path="/api/incidents",
        says="Open incidents, the worst first; or all, the newest first.",
        shapes=(Incidents,),
        queries={
            "state": {"type": "string", "enum": ["open", "all"]},
            "limit": {"type": "integer", "minimum": 1, "maximum": MOST_INCIDENTS},
            "before": INCIDENT_ID,
        },
        answer=Api.incidents,
    ),
    View(
        path="/api/incidents/{id}",
        says="One incident with its history.",
        shapes=(IncidentInFull,),
        answer=Api.incident,
    ),
    View(
        path="/api/approvals",
        says="What waits for a person.",
        shapes=(Approvals,),
        queries={"state": {"type": "string", "enum": list(STATES)}},
        more="Approving is not done here: the command line does it, or a one-time code in a chat.",
        answer=Api.approvals,
    ),
    View(
        path="/api/metrics",
        says="Names of metrics, or the readings of one.",
        shapes=(MetricNames, Readings),
        queries={"metric": TEXT, "since": SECONDS, "until": SECONDS},
        more="Without `metric` the names; with it the readings of the last day, or from `since` to `until`.",
        answer=Api.metrics,
    ),
    View(
        path="/metrics",
        says="How the host stands, for Prometheus.",
        media="text/plain",
        more="The text format, version 0.0.4. Readings are those of the last five minutes.",
        answer=Api.exposed,
    ),
    View(
        path="/api/alerts",
        says="The webhook of an Alertmanager. Needs scope `chat`.",
        shapes=(Taken,),
        takes=Webhook,
        more=(
            "A firing alert opens an incident or joins one, about the unit or place that its labels name; a resolved "
            "one ends it. What it says is text of others: it approves nothing and raises no autonomy."
        ),
        answer=Api.alerts,
    ),
    View(
        path="/api/events",
        says="Live: `incident`, `snapshot` and `over`.",
        media="text/event-stream",
        events=("incident", "snapshot", "over"),
        more=(
            "Server-sent events. At once an `incident` for each that is open, then one `snapshot` with the ids of all "
            "of them: drop what it does not name. From then on `incident` for each that opens or changes, and `over` "
            "with the id of each that is resolved. A comment comes while nothing else does."
        ),
        answer=Api.events,
    ),
)
"""A view is one row; its route, the document at /openapi.json and the reference page come from here."""


@dataclass(kw_only=True)
class OpenIncidents:
    """What is open as frames of a stream: read once a second, however many streams follow it."""

    desk: Desk
    _frames: Mapping[str, bytes] = field(default_factory=dict)
    _at: float = -math.inf

    def frames(self) -> Mapping[str, bytes]:
        if (now := self.desk.clock.boot()) - self._at >= EVENT_SECONDS / 2:
            self._at = now
            self._frames = {one.id: _event("incident", IncidentView.of(one)) for one in self.desk.service.incidents()}
        return self._frames


def _event(name: str, value: Exact) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(value) + b"\n\n"


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
