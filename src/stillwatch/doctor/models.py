"""What the doctor says about models, the engine that runs them, the memory that they want, and their ports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil

from stillwatch.config import Config, Paths
from stillwatch.errors import NotReachable
from stillwatch.llm.catalogue import DEFAULT, catalogue
from stillwatch.llm.engines import BUILD, choose, engine_of
from stillwatch.llm.memory import total, words
from stillwatch.llm.models import GIB, advise, assign, capabilities, models
from stillwatch.llm.probe import listener_on
from stillwatch.llm.servers import PORTS
from stillwatch.records.chat import TIERS, Tier
from stillwatch.records.report import Checked

ENGINE = "engine"
NO_WORDS = "small: it chooses from lists, and the words come from the rules"
WORDS = "does its tier's full work"


def own_tiers(config: Config) -> list[Tier]:
    """The tiers that run on servers of our own."""
    return [tier for tier in TIERS if config.llm.tier(tier).enabled and config.llm.tier(tier).url is None]


async def engine(config: Config, paths: Paths) -> list[Checked]:
    """The program that runs the models, and what would come before it and does not run here; each is tried."""
    if not own_tiers(config):
        return [Checked(topic=ENGINE, ok=True, text="not needed: no tier of the configuration runs on one of ours")]
    try:
        choice = await choose(even_named=True, as_service=paths.as_service)
    except NotReachable as missing:
        return [Checked(topic=ENGINE, ok=False, text=missing.args[0], mend=missing.next_step)]
    passed = f"; passed over: {'; '.join(map(str, choice.failed))}" if choice.failed else ""
    text = f"{choice.tried}, because {choice.engine.why}{passed}"
    return [Checked(topic=ENGINE, ok=not choice.failed, text=text, mend=BUILD if choice.failed else "")]


def tier_models(config: Config, paths: Paths) -> Iterator[Checked]:
    """For each tier of our own its model and what it can do; for those without one, together, what to fetch."""
    assigned = assign(config.llm, paths.model_folders)
    lacking: dict[Checked, list[Tier]] = {}
    for tier in own_tiers(config):
        found = assigned[tier]
        if isinstance(found, Path):
            case = WORDS if capabilities(found).words else NO_WORDS
            yield Checked(topic=f"{tier} model", ok=True, text=f"{found.name}, {case}")
            continue
        named = config.llm.tier(tier).model
        mend = (
            f"stillwatch models pull {named or DEFAULT}" if named in (None, *catalogue()) else "stillwatch models list"
        )
        lacking.setdefault(Checked(topic="models", ok=False, text=found.partition(" – ")[0], mend=mend), []).append(
            tier
        )
    for finding, tiers in lacking.items():
        yield replace(finding, text=f"{' and '.join(tiers)}: {finding.text}")


def memory_advice(config: Config, paths: Paths, memory: int | None = None) -> Iterator[Checked]:
    """Which models of the catalogue this host has the memory for. memory: bytes of the host."""
    if not own_tiers(config):
        return
    memory = total() if memory is None else memory
    fitting = [
        replace(model, path=model.path or Path(model.name))
        for model in models(paths.model_folders)
        if model.memory_gib * GIB <= memory
    ]
    chosen = advise(fitting, memory)
    if not chosen:
        yield Checked(topic="memory", ok=False, text=f"{words(memory)}: too little for any model; the rules work alone")
        return
    names = ", ".join(f"{tier} {model.name}" for tier, model in chosen.items())
    yield Checked(topic="memory", ok=True, text=f"{words(memory)}; models that suit this host: {names}")


def ports(config: Config) -> Iterator[Checked]:
    """Each port that is wanted: free, ours, or taken by somebody else."""
    for tier in own_tiers(config):
        port = config.llm.tier(tier).port or PORTS[tier]
        yield _port(port, f"port = … in [llm.{tier}] chooses another", server=True)
    if config.api.enabled:
        yield _port(config.api.port, "port = … in [api] chooses another", server=False)


def _port(port: int, instead: str, *, server: bool) -> Checked:
    topic, listener = f"port {port}", listener_on(port)
    if listener is None:
        return Checked(topic=topic, ok=True, text="free")
    name = listener.name or "another program"
    who = f"{name} (pid {listener.pid})" if listener.pid else name
    ours = listener.ours or _is_daemon(_parent(listener.pid))
    if engine_of(name) and ours if server else _is_daemon(listener.pid):
        return Checked(topic=topic, ok=True, text=f"in use by our own {who}")
    mend = f"kill {listener.pid}" if listener.ours else f"ss -ltnp 'sport = :{port}'"
    return Checked(topic=topic, ok=False, text=f"taken by {who}; {instead}", mend=mend)


def _parent(pid: int) -> int:
    """The process that started it; 0 where that cannot be seen."""
    try:
        return int(psutil.Process(pid).ppid())
    except psutil.Error:
        return 0


def _is_daemon(pid: int) -> bool:
    """Whether the process was started as `stillwatch run` or `up`, by whichever user; only for what a person reads."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return False
    return any(Path(word).name == "stillwatch" for word in words) and bool({"run", "up"} & set(words))
