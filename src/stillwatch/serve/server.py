"""Port 8083 as one ASGI app, and the server that runs it inside the daemon's loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from importlib.metadata import version

import uvicorn
from msgspec import UNSET
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from stillwatch.chat.conversation import Conversation, Desk
from stillwatch.config import Api, is_loopback
from stillwatch.errors import NotReachable, StillwatchError, WrongUsage
from stillwatch.ports import Clock
from stillwatch.serve.api import endpoints
from stillwatch.serve.api.endpoints import Api as KnownApi
from stillwatch.serve.api.endpoints import OpenIncidents
from stillwatch.serve.api.openapi import document
from stillwatch.serve.api.shapes import Health
from stillwatch.serve.http.connections import HEAD_BYTES, HEAD_SECONDS, guarded, room_for_connections
from stillwatch.serve.http.guard import Guard
from stillwatch.serve.http.keys import KeyRing
from stillwatch.serve.http.limits import Bounds, RequestLimits
from stillwatch.serve.http.refusal import Refusal, as_json
from stillwatch.serve.http.sessions import BrowserSessions
from stillwatch.serve.mcp.over_http import McpDoor
from stillwatch.serve.openai.endpoints import OpenAIApi
from stillwatch.serve.page.log_in import LogIn
from stillwatch.serve.page.status_page import Page
from stillwatch.service.service import Service

LOG = logging.getLogger(__name__)
GOODBYE_SECONDS = 3
BACKLOG = 1024


def build_http(
    service: Service,
    conversation: Conversation,
    keys: KeyRing,
    api: Api,
    clock: Clock,
    bounds: Bounds | None = None,
    sessions: BrowserSessions | None = None,
) -> Guard:
    """The whole of it, behind the guard. bounds: what one key may ask; sessions: shared with whoever makes links."""
    sessions = sessions or BrowserSessions(clock=clock)
    limits = RequestLimits(clock=clock, bounds=bounds or Bounds())
    openai = OpenAIApi(conversation=conversation, limits=limits, clock=clock)
    known = KnownApi(desk=conversation.desk, limits=limits, open=OpenIncidents(desk=conversation.desk))
    web = Page(api=known)
    mcp = McpDoor(conversation.desk, limits)
    app = Starlette(
        routes=[
            Route("/health", _health_of(conversation.desk)),
            Route("/", web.show),
            Route("/style.css", web.style),
            Route("/open/{token}", LogIn(sessions=sessions, limits=limits).enter),
            Route("/openapi.json", _openapi),
            *(
                Route(view.path, functools.partial(view.answer, known), methods=view.methods)
                for view in endpoints.VIEWS
            ),
            Route("/mcp", mcp, methods=["POST"]),
            Route("/v1/models", openai.list_models),
            Route("/v1/models/{model:path}", openai.one_model),
            Route("/v1/chat/completions", openai.chat, methods=["POST"]),
        ],
        exception_handlers={Refusal: _refused, StillwatchError: _not_now, HTTPException: _no_such_thing, 500: _broke},
    )
    app.router.redirect_slashes = False
    return Guard(app=app, keys=keys, limits=limits, hosts=_hosts(api), sessions=sessions, close=mcp.aclose)


def check_bind(api: Api, keys: KeyRing) -> None:
    """Raises WrongUsage: without a key nothing but loopback is served (R23)."""
    if is_loopback(api.host) or keys.all():
        return
    raise WrongUsage(
        f"refusing to listen on {api.host} without an API key",
        next_step="`stillwatch keys create --scope chat`, or set api.host to 127.0.0.1",
    )


async def serve_http(app: ASGIApp, api: Api, keys: KeyRing, *, started: asyncio.Event | None = None) -> None:
    """Serve until cancelled; answers under way get GOODBYE_SECONDS. started: set once it listens.

    Raises WrongUsage as check_bind does, NotReachable where the port cannot be had.
    """
    check_bind(api, keys)
    with listening(api) as listener:
        server = _Server(
            uvicorn.Config(
                app,
                http=guarded(most=room_for_connections()),
                backlog=BACKLOG,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                log_level="error",  # else anybody fills the journal with requests that are none
                server_header=False,
                timeout_keep_alive=int(HEAD_SECONDS),  # idle is waiting for a head
                timeout_graceful_shutdown=GOODBYE_SECONDS,
                h11_max_incomplete_event_size=4 * HEAD_BYTES,  # a head that is too long is refused by name
                proxy_headers=False,
            )
        )
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        try:
            if started is not None:
                started.set()
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving
            if isinstance(app, Guard):
                await app.aclose()


@contextlib.contextmanager
def listening(api: Api) -> Iterator[socket.socket]:
    """The listening socket. Raises NotReachable with the reason."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(api.host, api.port, type=socket.SOCK_STREAM)[0]
        # with its protocol named: asyncio sends at once (TCP_NODELAY) only on sockets that say they are TCP
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise NotReachable(f"cannot listen on {api.host}: {error.strerror or error}") from error
    with listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
            listener.setblocking(False)
        except OSError as error:
            why = f"cannot listen on {api.host}:{api.port}: {error.strerror}"
            raise NotReachable(why, next_step="set another api.port") from error
        yield listener


def free_port(api: Api) -> int:
    """The configured port if nobody listens there, else one that is free now."""
    for port in (api.port, 0):
        with contextlib.suppress(OSError), socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((api.host, port))
            return int(trial.getsockname()[1])
    raise NotReachable(f"no port is free on {api.host}")


class _Server(uvicorn.Server):
    """Signals belong to the daemon."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _health_of(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """It runs, and the names of what it cannot read or reach: the gate, say. No words of why, since no key is asked."""

    async def health(request: Request) -> Response:
        troubled = sorted(source.name for source in desk.known().sources if source.problem or not source.read)
        return as_json(Health(status="ok", troubled=troubled or UNSET))

    return health


async def _openapi(request: Request) -> Response:
    return _document()


@functools.cache
def _document() -> Response:
    """It is always the same, and writing it takes a hundred times as long as sending it."""
    return as_json(document(version("stillwatch")))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return error.response()


async def _not_now(request: Request, error: Exception) -> Response:
    """What it is told from could not be read: its message says what, and nothing of it is a secret."""
    return Refusal(503, str(error), code="not_readable", retry_after=5).response()


async def _no_such_thing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = Refusal(error.status_code, str(error.detail), code=None).response()
    response.headers.update(error.headers or {})  # Allow, for a method that a path does not take
    return response


async def _broke(request: Request, error: Exception) -> Response:
    return Refusal(500, "something broke here; the log of the service says what", code="internal_error").response()


def address_of(api: Api) -> str:
    """Where a browser on this machine finds the port."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(api.host, api.host)  # noqa: S104 – compared, not bound
    return f"http://[{host}]:{api.port}" if ":" in host else f"http://{host}:{api.port}"


def _hosts(api: Api) -> list[str]:
    """A wildcard address is a place to listen, not a name to be called by."""
    own = [] if api.host in ("0.0.0.0", "::") else [api.host]  # noqa: S104 – compared, not bound
    return [*api.allowed_hosts, *own]
