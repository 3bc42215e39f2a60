"""A running server on a loopback port, over a scripted model server: real HTTP on both sides."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from stillwatch.chat.conversation import Conversation, Desk
from stillwatch.config import Api
from stillwatch.errors import StillwatchError
from stillwatch.llm.backend import OpenAIBackend
from stillwatch.reading.gather import Gathered
from stillwatch.records.action import Proposal
from stillwatch.records.incident import Incident
from stillwatch.records.report import Report, SourceReport
from stillwatch.records.trigger import Severity
from stillwatch.records.unit import UnitState
from stillwatch.serve.http.keys import KeyRing
from stillwatch.serve.http.limits import Bounds
from stillwatch.serve.server import build_http, serve_http
from stillwatch.service.one_pass import OnePass
from stillwatch.service.status import status_of
from stillwatch.store.store import Store
from stillwatch.think.talk.phrase import ASK as IN_WORDS
from stillwatch.views.gate import Verb
from tests.service.test_one_pass import service
from tests.support.gate_answers import whole
from tests.support.scripted_llm import Request, ScriptedLLM, first_allowed
from tests.think.incidents import incident
from tests.think.looks import ScriptedLooks

PLENTY = Bounds(rate=1e6, burst=10**6, wrong_rate=1e6, wrong_burst=10**6)


class Now:
    """The test machine's own clocks."""

    def now(self) -> float:
        import time

        return time.time()

    def boot(self) -> float:
        import time

        return time.monotonic()


class ScriptedGate:
    """Answers each verb with what it is told to; keeps what was said."""

    def __init__(self, **replies: Any) -> None:
        self.replies = replies
        self.said: list[tuple[str, Mapping[str, Any]]] = []

    async def __call__(self, verb: Verb[Any], /, **fields: Any) -> Any:
        self.said.append((verb.name, fields))
        reply = self.replies.get(verb.name, StillwatchError("the scripted gate refuses"))
        if isinstance(reply, StillwatchError):
            raise reply
        return whole(verb, reply(fields) if callable(reply) else reply)


def script(answer: str = "The bind() failed with 98 [E1].", title: Any = "Nginx is down") -> Any:
    """A model that puts the facts into the words of `answer`."""

    def say(request: Request) -> object:
        if IN_WORDS in request.text:
            return answer
        return title if request.schema is None else first_allowed(request)

    return say


FAILED = {
    "proposal": Proposal(action="restart_unit", target="web.service"),
    "proposal_id": "A-17",
    "state": "waiting",
}


def known() -> Gathered:
    units = {"web.service": UnitState(name="web.service", active_state="failed", sub_state="failed")}
    sources = (SourceReport(name="journal", read=True),)
    return Gathered(triggers=(), novel=(), units=units, sources=sources, lines=3)


class StillService(OnePass):
    """Knows how the host stands without reading it anew, as the daemon's does."""

    async def status(self) -> Report:
        incidents, sources = tuple(self.incidents()), known().sources
        status = status_of(incidents, sources)
        return Report(host="h", at=1e9, status=status, incidents=incidents, sources=sources, lines=3)


def remember(state: Path, *incidents: Incident) -> OnePass:
    built = StillService(service(state)._parts)
    store = Store.open(state / "state")
    for one in incidents:
        store.book.save(one)
    store.close()
    return built


class Scene:
    """url: with its /v1; key: of scope chat; reader: of scope read; app: the same without a wire (asgi.py)."""

    def __init__(self, url: str, app: ASGIApp, keys: KeyRing, desk: Desk, upstream: ScriptedLLM, port: int) -> None:
        self.url, self.app, self.keys, self.desk, self.upstream, self.port = url, app, keys, desk, upstream, port
        self.key, self.reader = keys.create("chat", 0.0)[1], keys.create("read", 0.0)[1]

    @property
    def root(self) -> str:
        return self.url.removesuffix("/v1")

    def headers(self, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {key or self.key}"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def serving(
    folder: Path,
    upstream: ScriptedLLM,
    *incidents: Incident,
    gate: Any = None,
    small: bool = True,
    writer: Any = None,
    bounds: Bounds = PLENTY,
    looks: Any = None,
) -> AsyncIterator[Scene]:
    """writer: a phrase why there is no model; else the scripted one writes."""
    kept = remember(folder, *(incidents or (incident(),)))
    clock = Now()
    model = OpenAIBackend(upstream.url, clock=clock, key=upstream.key)
    desk = Desk(
        service=kept,
        clock=clock,
        known=known,
        looks=looks or ScriptedLooks(unit_status="web.service: failed"),
        writer=lambda: writer or model,
        small=lambda: model if small else None,
        gate=gate,
    )
    keys, api = KeyRing(folder), Api(port=free_port())
    app = build_http(kept, Conversation(desk), keys, api, clock, bounds)
    scene = Scene(f"http://127.0.0.1:{api.port}/v1", app, keys, desk, upstream, api.port)
    started = asyncio.Event()
    task = asyncio.ensure_future(serve_http(app, api, keys, started=started))
    try:
        await started.wait()
        yield scene
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await model.aclose()


def critical() -> Incident:
    return incident(severity=Severity.critical)
