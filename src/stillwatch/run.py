"""`stillwatch run`: the daemon, its socket and port 8083 put together, until somebody tells it to stop."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from stillwatch.app import App
from stillwatch.chat.conversation import Conversation, Desk
from stillwatch.config import Api
from stillwatch.daemon.loops import Daemon
from stillwatch.daemon.rule_reload import RuleReload
from stillwatch.daemon.settings_watch import SettingsWatch
from stillwatch.errors import NotReachable
from stillwatch.gate import client as gate
from stillwatch.gate.door import GateSocket
from stillwatch.host.unixsockets import tell_systemd, watchdog_seconds
from stillwatch.incidents.lifecycle import Lifecycle
from stillwatch.llm import die_with_parent
from stillwatch.llm.three_tiers import Tiers
from stillwatch.notify.apprise import all_urls, channels
from stillwatch.notify.later import TellLater
from stillwatch.serve.http.keys import KeyRing, given_keys
from stillwatch.serve.http.sessions import BrowserSessions
from stillwatch.serve.local.daemon_desk import DeskVerbs
from stillwatch.serve.local.server import Answerer, Caller, LocalServer, Send
from stillwatch.service.live import LiveService
from stillwatch.service.parts import ServiceParts
from stillwatch.service.recorded import RecordedService
from stillwatch.service.service import Service
from stillwatch.store.store import Store

LOG = logging.getLogger(__name__)
MALLOC = {-8: 1, -3: 1 << 17, -1: 1 << 17}
"""M_ARENA_MAX; M_MMAP_THRESHOLD and M_TRIM_THRESHOLD, which grow by themselves unless they are set: mallopt(3)."""
Tell = Callable[[str], None]


async def run_all(app: App, tell: Tell) -> int:
    """A trial in one terminal until SIGTERM or SIGINT: the gate as a process of its own, the rest in this one.

    tell: hears a line for each that starts.
    """
    gate_process = await _start_gate(app)
    tell(f"gate: decides, as a process of its own (pid {gate_process.pid})")
    try:
        return await run_daemon(app, tell)
    finally:
        with contextlib.suppress(ProcessLookupError):
            gate_process.terminate()
        await gate_process.wait()
        tell("stopped")


async def run_daemon(app: App, tell: Tell = LOG.info) -> int:
    """Until SIGTERM or SIGINT. tell: hears what starts. Raises NotReachable while another runs over the same state."""
    _give_memory_back()
    parts = app.parts()
    with only_one(app.paths.state) as state:
        store = Store.open(state)
        async with Tiers(app.config, app.paths, app.clock, lasting=True) as tiers:
            daemon = _daemon(app, parts, store, tiers)
            service = LiveService(parts, daemon, tiers)
            desk = _desk(app, service, daemon, tiers)
            sessions = BrowserSessions(clock=app.clock)
            local = LocalServer(service, app.socket, {**DeskVerbs(desk=desk).all(), "open": _opener(app, sessions)})
            listens = asyncio.Event()
            port = _port(app, desk, sessions, listens)
            api = app.config.api
            windows = f"chat windows connect to http://{api.host}:{api.port}/v1" if api.enabled else "no port is open"
            tell(f"daemon: watches; {windows}")
            await until_told(daemon.run(), local.serve(), port, _start_tiers(tiers, desk, tell), _alive(listens))
        store.close()
    return 0


async def show_recorded(app: App, port: int | None, tell: Tell) -> int:
    """The port over a recorded host, until SIGTERM or SIGINT. app: with its recording; port: None for any that is free.

    Raises NotReachable where the port cannot be had.
    """
    from stillwatch.serve.server import address_of, build_http, free_port, serve_http

    parts = app.parts()
    service = await RecordedService.looked_at(parts)
    desk = Desk(
        service=service,
        clock=app.clock,
        known=lambda: service.gathered,
        looks=parts.looks(None, None),
        writer=lambda: "answers about a recorded host come from the rules alone",
        small=lambda: None,
    )
    api, sessions, started = Api(port=port or free_port(Api())), BrowserSessions(clock=app.clock), asyncio.Event()

    async def tell_link() -> None:
        await started.wait()
        tell(address_of(api) + sessions.link())
        tell("open it in a browser on this machine; it works once, for five minutes. Ctrl-C stops it")

    with tempfile.TemporaryDirectory() as state:
        keys = KeyRing(Path(state))
        served = build_http(service, Conversation(desk), keys, api, app.clock, sessions=sessions)
        await until_told(serve_http(served, api, keys, started=started), tell_link())
    return 0


def _give_memory_back() -> None:
    """One heap for all threads, and what is freed goes back to the system. As glibc does it by itself, each thread has
    a heap, what one has freed is of no use to the others, and a daemon with little to do holds nearly twice as much."""
    with contextlib.suppress(AttributeError):  # another C library
        for parameter, value in MALLOC.items():
            ctypes.CDLL(None).mallopt(parameter, value)


async def _start_tiers(tiers: Tiers, desk: Desk, tell: Tell) -> None:
    """Rules alone until the models are up; what stays down is told with its reason."""
    await tiers.start(tell)
    for tier, report in (await tiers.report()).items():
        tell(f"{tier}: {report.state}, {report.detail}")
    tell("all is started; Ctrl-C stops everything")
    await Conversation(desk).warm()


async def _alive(listens: asyncio.Event) -> None:
    """systemd hears that the daemon is ready, and from then on that its loop turns: one that hangs is started anew."""
    await listens.wait()
    tell_systemd("READY=1")
    if every := watchdog_seconds() / 2:
        while True:
            tell_systemd("WATCHDOG=1")
            await asyncio.sleep(every)


async def _start_gate(app: App) -> asyncio.subprocess.Process:
    """Its end is tied to ours, even by kill -9."""
    paths = app.paths
    options = ["--state-dir", str(paths.state), "--runtime-dir", str(paths.runtime)]
    if paths.config_file is not None:
        options += ["--config", str(paths.config_file)]
    gate_command = [sys.executable, "-m", "stillwatch", "gate", *options]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", die_with_parent.__file__, str(os.getpid()), *gate_command
    )


def _desk(app: App, service: Service, daemon: Daemon, tiers: Tiers) -> Desk:
    return Desk(
        service=service,
        clock=app.clock,
        known=daemon.known,
        looks=daemon.looks,
        writer=tiers.writer,
        small=tiers.small_writer,
        gate=partial(gate.ask_async, app.paths),
        samples=daemon.store.samples.read,
        metrics=daemon.store.samples.metrics,
        hear=daemon.hear,
        noted=service.noted,
        models=tiers.lines,
        attention=daemon.thinking.attention,
    )


def _opener(app: App, sessions: BrowserSessions) -> Answerer:
    """Answers `stillwatch open`: whoever may speak with the daemon may have a browser look."""

    async def open_page(request: dict[str, Any], caller: Caller, send: Send) -> str:
        from stillwatch.serve.server import address_of

        return address_of(app.config.api) + sessions.link()

    return open_page


def _port(app: App, desk: Desk, sessions: BrowserSessions, listens: asyncio.Event) -> Coroutine[Any, Any, None]:
    """Port 8083, to be awaited; `listens` is set once it does.

    Raises WrongUsage where it would be open to others without a key (R23).
    """
    if not app.config.api.enabled:
        return _nothing_listens(listens)
    from stillwatch.serve.server import build_http, check_bind, serve_http  # 6 MB, of no use where no port is open

    file = app.config.api.key_file
    keys = KeyRing(app.paths.state, given_keys(Path(file) if file else None))
    check_bind(app.config.api, keys)
    app_of_port = build_http(desk.service, Conversation(desk), keys, app.config.api, app.clock, sessions=sessions)
    return serve_http(app_of_port, app.config.api, keys, started=listens)


async def _nothing_listens(ready: asyncio.Event) -> None:
    ready.set()


def _settings(app: App, store: Store) -> SettingsWatch:
    return SettingsWatch(store=store, clock=app.clock, sleep=asyncio.sleep)


def _daemon(app: App, parts: ServiceParts, store: Store, tiers: Tiers) -> Daemon:
    notifier = TellLater(channels(all_urls(app.config.notify)))
    sources = app.assembly().host_sources(parts.host, lasting=True)
    return Daemon(
        host=parts.host,
        clock=app.clock,
        watcher=parts.watcher(),
        store=store,
        looks=app.host_looks(),
        tiers=tiers,
        lifecycle=Lifecycle(gate=GateSocket(app.paths), notifier=notifier, clock=app.clock),
        sources=sources,
        beside=parts.watcher() if any(source.beside for source in sources) else None,
        keep=app.config.keep,
        settings=_settings(app, store) if app.config.watch.settings else None,
        rules=RuleReload(folder=parts.rules_folder, load=parts.reload, problems=parts.rule_problems),
    )


@contextmanager
def only_one(state: Path) -> Iterator[Path]:
    """One daemon over one state directory, which is made at need. Raises NotReachable while another runs."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state / "daemon.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise NotReachable(f"another daemon runs over {state}", next_step="stop it first") from error
        yield state


async def until_told(*works: Coroutine[Any, Any, None]) -> None:
    """Do all of it until SIGTERM or SIGINT, or until one fails, which is raised."""
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    tasks = [asyncio.ensure_future(work) for work in works]
    end = asyncio.ensure_future(stopping.wait())
    waiting: set[asyncio.Future[Any]] = {end, *tasks}
    while waiting and not end.done():
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if any(task.exception() for task in done):
            break
    for task in (end, *tasks):
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
