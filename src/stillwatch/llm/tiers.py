"""The three tiers as the rest of the program uses them: models by name, started when somebody needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from stillwatch.config import Config, Places, TierConfig
from stillwatch.errors import StillwatchError
from stillwatch.llm.backend import OpenAIBackend
from stillwatch.llm.binary import find_binary
from stillwatch.llm.key import read_key
from stillwatch.llm.models import assign, enums_only
from stillwatch.llm.servers import LlamaServers
from stillwatch.ports import ChatModel, Clock
from stillwatch.records.chat import TIERS, Tier, TierState, Usage
from stillwatch.records.report import TierReport

Progress = Callable[[str], None]


class Tiers:
    """`async with Tiers(…) as tiers:` leaves no server behind that was started here.

    wanted: False where no model is to be asked: every tier is then off.
    `models` holds the tiers that may be asked; it is empty until `start`.
    """

    def __init__(self, config: Config, places: Places, clock: Clock, *, wanted: bool = True) -> None:
        self._config, self._places, self._clock, self._wanted = config, places, clock, wanted
        self._stack = AsyncExitStack()
        self._servers: LlamaServers | None = None
        self._backends: dict[Tier, OpenAIBackend] = {}
        self._states: dict[Tier, tuple[TierState, str]] = {}
        self._small: set[Tier] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def models(self) -> Mapping[Tier, ChatModel]:
        """The tiers that may be asked. A model good for enums only is never asked to look closer or to write."""
        return {
            tier: backend for tier, backend in self._backends.items() if not (tier == "meta" and tier in self._small)
        }

    def writer(self) -> ChatModel | str:
        """The model that talks with people, or one phrase why there is none."""
        if "meta" in self._small:
            return "its model is too small to write sentences"
        return self._backends.get("meta") or self._states.get("meta", ("missing", "not started"))[1]

    async def start(self, progress: Progress) -> None:
        """Bring the tiers up that are not yet; what fails keeps its state and its reason."""
        if not self._wanted or self._states:
            return
        own = LlamaServers(self._config.llm, self._places, self._clock, progress=progress)
        self._servers = await self._stack.enter_async_context(own)
        await asyncio.gather(*(self._open(tier) for tier in TIERS))

    async def report(self) -> dict[Tier, TierReport]:
        """State and cost of each tier; tiers that were not needed say whether they could be had."""
        if not self._wanted:
            return {tier: TierReport(state="off", detail="not asked for") for tier in TIERS}
        states = self._states or await self._outlook()
        return {tier: self._tier_report(tier, *states[tier]) for tier in TIERS}

    def _tier_report(self, tier: Tier, state: TierState, detail: str) -> TierReport:
        backend = self._backends.get(tier)
        if backend is None:
            return TierReport(state=state, detail=detail)
        meter, lasting = backend.meter, backend.last_failure
        if lasting:
            state, detail = "failed", lasting
        usage = Usage(
            prompt_tokens=meter.prompt_tokens,
            cached_tokens=meter.cached_tokens,
            output_tokens=meter.output_tokens,
            seconds=round(meter.seconds, 3),
        )
        return TierReport(state=state, detail=detail, calls=meter.calls, usage=usage)

    async def _open(self, tier: Tier) -> None:
        """Ask the tier's server for its health; only a ready one may be asked anything else."""
        if self._servers is None:
            return
        settings, url = self._config.llm.tier(tier), self._servers.url(tier)
        state = self._servers.state(tier)
        if state[0] != "ready" or url is None:
            self._states[tier] = state
            return
        try:
            key = self._servers.key if settings.url is None else _key_of(settings)
        except StillwatchError as error:
            self._states[tier] = ("failed", str(error))
            return
        backend = self._backend(settings, url, key)
        self._stack.push_async_callback(backend.aclose)
        self._states[tier] = await backend.health()
        if self._states[tier][0] == "ready":
            self._backends[tier] = backend
            if enums_only(self._servers.model(tier) or settings.model or ""):
                self._small.add(tier)
                self._states[tier] = ("ready", "a small model: it chooses from lists, the words come from the rules")

    def _backend(self, settings: TierConfig, url: str, key: str) -> OpenAIBackend:
        model = settings.model or "" if settings.url else ""
        return OpenAIBackend(url, clock=self._clock, model=model, key=key, context=settings.context)

    async def _outlook(self) -> dict[Tier, tuple[TierState, str]]:
        """What could be had, without starting anything: health of configured URLs, binary and files of our own."""
        assigned = assign(self._config.llm, self._places.models)
        return {tier: await self._one_outlook(tier, assigned) for tier in TIERS}

    async def _one_outlook(self, tier: Tier, assigned: Mapping[Tier, Path | str]) -> tuple[TierState, str]:
        settings = self._config.llm.tier(tier)
        if not settings.enabled:
            return "off", "switched off in the configuration"
        if settings.url is not None:
            return await self._remote_outlook(settings, settings.url)
        model = assigned[tier]
        if isinstance(model, str):
            return "missing", model
        try:
            find_binary()
        except StillwatchError as error:
            return "missing", str(error)
        return "ready", "not needed this time"

    async def _remote_outlook(self, settings: TierConfig, url: str) -> tuple[TierState, str]:
        try:
            backend = self._backend(settings, url, _key_of(settings))
        except StillwatchError as error:
            return "failed", str(error)
        async with backend:
            return await backend.health()


def _key_of(settings: TierConfig) -> str:
    return read_key(Path(settings.key_file)) if settings.key_file else ""
