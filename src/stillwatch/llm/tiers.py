"""The three tiers, ready to be asked: a backend for each that has a server, `Off` for each that has none."""

from __future__ import annotations

from pathlib import Path

from stillwatch.config import Llm, TierConfig
from stillwatch.errors import StillwatchError
from stillwatch.llm.backend import OpenAIBackend
from stillwatch.llm.key import read_key
from stillwatch.llm.off import SWITCHED_OFF, Off
from stillwatch.llm.servers import LlamaServers
from stillwatch.ports import Clock
from stillwatch.records.chat import TIERS, Tier

TierModel = OpenAIBackend | Off


def chat_models(llm: Llm, clock: Clock, servers: LlamaServers | None = None) -> dict[Tier, TierModel]:
    """Tier → its model. servers: those that carry the tiers without a `url`; None where none were started.

    Close each with `aclose()`. Each has its `meter`.
    """
    return {tier: _model(llm.tier(tier), tier, clock, servers) for tier in TIERS}


def _model(settings: TierConfig, tier: Tier, clock: Clock, servers: LlamaServers | None) -> TierModel:
    if not settings.enabled:
        return Off(SWITCHED_OFF)
    if settings.url is not None:
        return _configured(settings, settings.url, clock)
    state, why = servers.state(tier) if servers else ("missing", "no server was started for it")
    url = servers.url(tier) if servers else None
    if servers is None or url is None:
        return Off(why, state=state)
    return OpenAIBackend(url, clock=clock, key=servers.key, context=settings.context)


def _configured(settings: TierConfig, url: str, clock: Clock) -> TierModel:
    try:
        key = read_key(Path(settings.key_file)) if settings.key_file else ""
    except StillwatchError as error:
        return Off(str(error), state="failed")
    return OpenAIBackend(url, clock=clock, model=settings.model or "", key=key, context=settings.context)
