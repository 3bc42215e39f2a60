"""`stillwatch mcp`: the administrator's tools for an MCP client that starts this command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command

if TYPE_CHECKING:
    from stillwatch.app import App
    from stillwatch.chat.conversation import Desk
    from stillwatch.service.through_daemon import ThroughDaemon


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--read-only", action="store_true", help="offer looks and resources, no proposals")


def serve(*, read_only: bool) -> int:
    """Speaks MCP on stdin and stdout until stdin ends. Looks and proposes; never approves or carries out.

    In a client's configuration: {"command": "stillwatch", "args": ["mcp"]}

    examples:
      stillwatch mcp
      stillwatch mcp --read-only
    """
    import asyncio

    from stillwatch.serve.mcp.over_stdio import serve_stdio

    asyncio.run(serve_stdio(open_desk(door.app()), may_propose=not read_only))
    return 0


def open_desk(app: App) -> Desk:
    """What the tools draw on: the daemon where one runs; else this host, the gate's socket, and the samples on disk.

    Raises what a daemon says that runs and does not speak with us: what is seen without it would pass for all there is.
    """
    from stillwatch.chat.conversation import Desk
    from stillwatch.gate.client import ask_async
    from stillwatch.reading.gather import Gathered
    from stillwatch.serve.local.daemon_desk import DaemonDesk
    from stillwatch.service.one_pass import OnePass
    from stillwatch.store.store import FILE_NAME, Store

    def store() -> Store | None:
        return Store.open(app.paths.state, read_only=True) if (app.paths.state / FILE_NAME).exists() else None

    def metrics() -> Sequence[str]:
        opened = store()
        return opened.samples.metrics() if opened else ()

    def samples(metric: str, since: float, until: float) -> Sequence[tuple[float, float]]:
        opened = store()
        return opened.samples.read(metric, since, until) if opened else ()

    looks, daemon = app.host_looks(), _daemon(app)
    through = DaemonDesk(daemon=daemon, looks=looks) if daemon else None
    return Desk(
        service=daemon or OnePass(app.parts()),
        clock=app.clock,
        known=lambda: Gathered(triggers=(), novel=(), units={}, sources=(), lines=0),
        looks=through or looks,
        writer=lambda: "the client brings its own model",
        small=lambda: None,
        gate=through.gate if through else partial(ask_async, app.paths),
        samples=through.samples if through else samples,
        metrics=through.metrics if through else metrics,
    )


def _daemon(app: App) -> ThroughDaemon | None:
    from stillwatch.errors import NotReachable
    from stillwatch.service.through_daemon import ThroughDaemon

    daemon = ThroughDaemon(app.parts(), app.socket)
    try:
        daemon.incidents()
    except NotReachable:
        return None
    return daemon


command = Command(run=serve, arguments=arguments)
