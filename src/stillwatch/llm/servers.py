"""The model servers of the three tiers: started together, re-used, restarted, and never left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from stillwatch.config import Llm, Paths
from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.llm import memory, probe
from stillwatch.llm.child import Child
from stillwatch.llm.engines import choose, engine_of
from stillwatch.llm.key import own_key
from stillwatch.llm.models import assign
from stillwatch.llm.off import SWITCHED_OFF
from stillwatch.llm.running import START_SECONDS, Launch, RunningServer
from stillwatch.llm.sandboxed import Sandboxed
from stillwatch.ports import Clock
from stillwatch.records.chat import TIERS, Tier, TierState

PORTS: Mapping[Tier, int] = {"trigger": 8080, "review": 8081, "meta": 8082}
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
STEADY_SECONDS = 60.0
"""A server that ran this long starts its pauses anew when it fails."""

Progress = Callable[[str], None]


@dataclass(kw_only=True)
class Server:
    """One model server and the tiers it carries. child: None where it is another process's and merely used.

    engine: what runs it, as far as it is known."""

    launch: Launch
    tiers: list[Tier] = field(default_factory=list)
    state: TierState = "missing"
    why: str = "not started"
    engine: str = ""
    child: RunningServer | None = None
    watcher: asyncio.Task[None] | None = None


class LlamaServers:
    """`async with LlamaServers(…) as servers:` starts what the configuration wants and stops what it started.

    A tier that fails has its state and does not hold up the others. supervise: restart what ends, with growing pauses.
    progress: hears one line at a time. engine: the one to use, untried; else the best that runs here. Tiers with a
    `url` of their own get no server here.
    """

    def __init__(
        self,
        llm: Llm,
        paths: Paths,
        clock: Clock,
        *,
        progress: Progress | None = None,
        supervise: bool = False,
        engine: str | None = None,
        available: Callable[[], int] = memory.available,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = START_SECONDS,
    ) -> None:
        self._llm = llm
        self._paths = paths
        self._clock = clock
        self._tell = progress or (lambda line: None)
        self._supervise = supervise
        self._engine = engine
        self._start: Callable[[Launch], Awaitable[RunningServer]] = Sandboxed.start if paths.as_service else Child.start
        self._available = available
        self._sleep = sleep
        self._patience = patience
        self._servers: list[Server] = []
        self._without: dict[Tier, tuple[TierState, str]] = {}
        self.key = ""

    async def __aenter__(self) -> Self:
        try:
            await self._start_all()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def url(self, tier: Tier) -> str | None:
        """Base URL of the tier, `/v1` included; the configured one where there is one. None: no server carries it."""
        if (configured := self._llm.tier(tier).url) is not None:
            return configured
        server = self._server_of(tier)
        return f"http://127.0.0.1:{server.launch.port}/v1" if server else None

    def state(self, tier: Tier) -> tuple[TierState, str]:
        """State of the tier's server and why. For a tier with a `url` of its own only its health call can tell more."""
        settings = self._llm.tier(tier)
        if not settings.enabled:
            return "off", SWITCHED_OFF
        if settings.url is not None:
            return "ready", f"uses {settings.url}"
        server = self._server_of(tier)
        return (server.state, server.why) if server else self._without.get(tier, ("missing", "not started"))

    def model(self, tier: Tier) -> Path | None:
        """The model file that the tier's own server was given."""
        server = self._server_of(tier)
        return server.launch.model if server else None

    def engine(self, tier: Tier) -> str:
        """What runs the tier's model: "" where that is not known, and for a `url` of its own."""
        server = self._server_of(tier)
        return server.engine if server else ""

    async def stop(self) -> None:
        """Stop what was started here; servers that were found running go on."""
        for server in self._servers:
            if server.watcher:
                server.watcher.cancel()
        watchers = [server.watcher for server in self._servers if server.watcher]
        await asyncio.gather(*watchers, return_exceptions=True)
        children = [server.child for server in self._servers if server.child]
        await asyncio.gather(*(child.stop() for child in children))
        for server in self._servers:
            server.child, server.state, server.why = None, "missing", "stopped"

    def _server_of(self, tier: Tier) -> Server | None:
        return next((server for server in self._servers if tier in server.tiers), None)

    async def _start_all(self) -> None:
        wanted = [tier for tier in TIERS if self._llm.tier(tier).enabled and self._llm.tier(tier).url is None]
        if not wanted:
            return
        try:
            engine, words = await self._pick_engine()
            key_file, self.key = own_key(self._paths.runtime)
        except StillwatchError as error:
            self._without = dict.fromkeys(wanted, ("missing", str(error)))
            return
        self._plan(wanted, engine, words, key_file)
        await asyncio.gather(*(self._bring_up(server) for server in self._admit()))

    async def _pick_engine(self) -> tuple[str, str]:
        """Its name, and what people call it; "" where the model program picks one (its unit names them)."""
        if self._engine or self._paths.as_service:
            return self._engine or "", ""
        choice = await choose()
        for failed in choice.failed:
            self._tell(f"passed over: {failed}")
        return choice.engine.name, str(choice.tried)

    def _plan(self, wanted: list[Tier], engine: str, words: str, key_file: Path) -> None:
        """One server for each different model file; it gets the port of the first tier and the largest context."""
        assigned = assign(self._llm, self._paths.model_folders)
        for tier in wanted:
            settings, model = self._llm.tier(tier), assigned[tier]
            if isinstance(model, str):
                self._without[tier] = ("missing", model)
                continue
            shared = next((server for server in self._servers if server.launch.model == model), None)
            context = max(settings.context, shared.launch.context if shared else 0)
            launch = Launch(
                engine=engine,
                engine_words=words,
                model=model,
                port=shared.launch.port if shared else settings.port or PORTS[tier],
                key_file=key_file,
                context=context,
                threads=settings.threads,
                gpu_layers=settings.gpu_layers,
            )
            if shared:
                shared.launch = launch
                shared.tiers.append(tier)
            else:
                self._servers.append(Server(launch=launch, tiers=[tier]))

    def _admit(self) -> list[Server]:
        """The servers that fit into memory together, in the order of the tiers; the others fail here and now.

        One that already runs has its memory, but is judged when it is found to be usable, in `_bring_up`.
        """
        left, admitted = self._available(), []
        for server in self._servers:
            need = memory.needed(server.launch)
            running = probe.listener_on(server.launch.port) is not None
            if need > left and not running:
                self._fail(server, f"not enough memory: needs {memory.words(need)}, {memory.words(left)} are free")
                continue
            left -= 0 if running else need
            admitted.append(server)
        return admitted

    async def _bring_up(self, server: Server) -> None:
        try:
            await self._find_or_start(server)
        except NotReachable as error:
            self._fail(server, str(error))
        if self._supervise and (server.child is not None or server.state != "ready"):
            server.watcher = asyncio.create_task(self._watch(server))

    async def _find_or_start(self, server: Server) -> None:
        launch = server.launch
        if (listener := probe.listener_on(launch.port)) is not None:
            await self._check_running(launch, listener)
            server.engine = engine_of(listener.name)
            self._ready(server, "already running")
            return
        if not launch.model.is_file():
            raise NotReachable(f"no model file {launch.model}", next_step="stillwatch models list")
        self._tell(f"{_names(server)}: loading {launch.model.name} on port {launch.port}")
        server.child = await self._start(launch)
        began = self._clock.boot()
        try:
            await server.child.wait_ready(launch, self.key, patience=self._patience, tell=lambda seconds: None)
        except NotReachable:
            await server.child.stop()
            raise
        server.engine = server.child.engine
        self._ready(server, f"loaded in {self._clock.boot() - began:.1f} s")

    async def _check_running(self, launch: Launch, listener: probe.Listener) -> None:
        """Raises NotReachable unless the listener is our server with this model. Only a program of our own uid is
        ever shown the key."""
        name = f"{listener.name or 'another program'}{f' (pid {listener.pid})' if listener.pid else ''}"
        taken = NotReachable(f"port {launch.port} is taken by {name}", next_step="set port in [llm.…] or stop it")
        if not listener.ours:
            raise taken
        status, properties = await probe.get(launch.port, "/props", self.key)
        if status != 200 or "model_path" not in properties:
            raise taken
        if properties["model_path"] != str(launch.model):
            raise NotReachable(f"port {launch.port}: {name} serves another model", next_step="stop it first")
        context = properties.get("default_generation_settings", {}).get("n_ctx", 0)
        if context < launch.context:
            raise NotReachable(f"port {launch.port}: {name} has a smaller context", next_step="stop it first")

    async def _watch(self, server: Server) -> None:
        """Restart the server whenever it ends, with pauses that double while it does not stay up."""
        pause = FIRST_PAUSE
        while True:
            began = self._clock.boot()
            if server.child is not None:
                await server.child.ended()
                if server.state == "ready":
                    self._fail(server, await server.child.why_ended())
            pause = FIRST_PAUSE if self._clock.boot() - began > STEADY_SECONDS else pause
            await self._sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            try:
                await self._find_or_start(server)
            except NotReachable as error:
                self._fail(server, str(error))

    def _ready(self, server: Server, why: str) -> None:
        server.state, server.why = "ready", why
        on = f" on {server.engine}" if server.engine else ""
        self._tell(f"{_names(server)}: ready{on}, {why}")

    def _fail(self, server: Server, why: str) -> None:
        if (server.state, server.why) != ("failed", why):  # what is tried again and again is told once
            self._tell(f"{_names(server)}: {why}")
        server.state, server.why = "failed", why


def _names(server: Server) -> str:
    return " and ".join(server.tiers)
