"""The three tiers as the verbs use them: models by name, started when somebody needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, Self

from stillwatch.config import Config, Paths
from stillwatch.errors import StillwatchError
from stillwatch.llm.engines import find_engine
from stillwatch.llm.models import assign, enums_only
from stillwatch.llm.servers import LlamaServers
from stillwatch.llm.tiers import TierModel, chat_models
from stillwatch.ports import ChatModel, Clock
from stillwatch.records.chat import TIERS, Tier, TierState, Usage
from stillwatch.records.report import TierReport

TOO_SMALL: Final = "its model is too small to write sentences"
NOT_NEEDED: Final = "not needed this time"
NOT_WANTED: Final = "no model was asked for"

Progress = Callable[[str], None]
SMALL = "a small model: it chooses from lists, the words come from the rules"


class Tiers:
    """`async with Tiers(…) as tiers:` leaves no server behind that was started here.

    wanted: False where no model is to be asked: every tier is then off.
    lasting: for a daemon; a server that ends is started again, and a tier that was down may come back.
    `models` holds the tiers that may be asked; it is empty until `start`.
    """

    def __init__(
        self, config: Config, paths: Paths, clock: Clock, *, wanted: bool = True, lasting: bool = False
    ) -> None:
        self._config, self._paths, self._clock, self._wanted = config, paths, clock, wanted
        self._lasting = lasting
        self._servers: LlamaServers | None = None
        self._stack = AsyncExitStack()
        self._all: dict[Tier, TierModel] = {}
        self._states: dict[Tier, tuple[TierState, str]] = {}
        self._small: set[Tier] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def models(self) -> Mapping[Tier, ChatModel]:
        """The tiers that may be asked. A model good for enums only is never asked to look closer or to write."""
        return {tier: model for tier, model in self._all.items() if self._is_ready(tier) and not self._is_mute(tier)}

    def writer(self) -> ChatModel | str:
        """The model that talks with people, or one phrase why there is none."""
        if self._is_mute("meta"):
            return TOO_SMALL
        if not self._is_ready("meta"):
            return self._state("meta")[1]
        return self._all["meta"]

    def small_writer(self) -> ChatModel | None:
        """A cheap model that can write a title, None where there is none."""
        cheap: tuple[Tier, ...] = ("trigger", "review")
        ready = [tier for tier in cheap if self._is_ready(tier) and tier not in self._small]
        return self._all[ready[0]] if ready else None

    def lines(self) -> list[str]:
        """How each tier stands, as `report` says it, without asking anybody."""
        return [f"{tier}: {one.state}, {one.detail}" for tier in self._all for one in [self._tier_report(tier)]]

    async def start(self, progress: Progress) -> None:
        """Bring the tiers up, once; what fails keeps its state and its reason."""
        if not self._wanted or self._all:
            return
        servers = LlamaServers(self._config.llm, self._paths, self._clock, progress=progress, supervise=self._lasting)
        self._servers = await self._stack.enter_async_context(servers)
        self._all = chat_models(self._config.llm, self._clock, servers)
        for model in self._all.values():
            self._stack.push_async_callback(model.aclose)
        healths = await asyncio.gather(*(model.health() for model in self._all.values()))
        self._states = dict(zip(self._all, healths, strict=True))
        for tier in TIERS:
            file = servers.model(tier) or self._config.llm.tier(tier).model
            if file is not None and enums_only(file):
                self._small.add(tier)

    async def report(self) -> dict[Tier, TierReport]:
        """State and cost of each tier; tiers that were not needed say whether they could be had."""
        if not self._wanted:
            return {tier: TierReport(state="off", detail=NOT_WANTED) for tier in TIERS}
        if not self._all:
            outlook = await self._outlook()
            return {tier: TierReport(state=state, detail=detail) for tier, (state, detail) in outlook.items()}
        return {tier: self._tier_report(tier) for tier in TIERS}

    def _tier_report(self, tier: Tier) -> TierReport:
        state, detail = self._state(tier)
        model = self._all[tier]
        if model.last_failure:
            state, detail = "failed", model.last_failure
        elif state == "ready" and tier in self._small:
            detail = SMALL
        meter = model.meter
        usage = Usage(
            prompt_tokens=meter.prompt_tokens,
            cached_tokens=meter.cached_tokens,
            output_tokens=meter.output_tokens,
            seconds=round(meter.seconds, 3),
        )
        engine = self._servers.engine(tier) if self._servers else ""
        return TierReport(state=state, detail=detail, calls=meter.calls, usage=usage, engine=engine)

    def _state(self, tier: Tier) -> tuple[TierState, str]:
        """As it was at the start; of our own servers as it is now. A lasting URL is asked again and again."""
        settings = self._config.llm.tier(tier)
        if self._lasting and self._servers is not None and settings.enabled:
            return self._servers.state(tier)
        return self._states.get(tier, ("missing", "not started"))

    def _is_ready(self, tier: Tier) -> bool:
        return tier in self._all and self._state(tier)[0] == "ready"

    def _is_mute(self, tier: Tier) -> bool:
        return tier == "meta" and tier in self._small

    async def _outlook(self) -> dict[Tier, tuple[TierState, str]]:
        """What could be had, without starting anything: health of configured URLs, engine and files of our own."""
        models = chat_models(self._config.llm, self._clock, None)
        try:
            assigned = assign(self._config.llm, self._paths.model_folders)
            return {tier: await self._one_outlook(tier, models[tier], assigned) for tier in TIERS}
        finally:
            for model in models.values():
                await model.aclose()

    async def _one_outlook(
        self, tier: Tier, model: TierModel, assigned: Mapping[Tier, Path | str]
    ) -> tuple[TierState, str]:
        settings = self._config.llm.tier(tier)
        if not settings.enabled or settings.url is not None:
            return await model.health()
        file = assigned[tier]
        if isinstance(file, str):
            return "missing", file
        try:
            find_engine(as_service=self._paths.as_service)
        except StillwatchError as error:
            return "missing", str(error)
        return "ready", NOT_NEEDED
