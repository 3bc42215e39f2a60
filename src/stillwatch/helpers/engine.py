"""What runs a model: a llama-server of this host, or llama.cpp's server inside the Python package xllamacpp.

An engine's name is the path of a llama-server, or the word `xllamacpp`. Both take the same flags.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from stillwatch.helpers.child import run

OTHER_PROCESSOR: Final = "it was built for another processor (illegal instruction)"
NO_ANSWER: Final = "it does not answer"
PACKAGE: Final = "xllamacpp"
PROGRAM: Final = "stillwatch.helpers.xllamacpp_server"
PROCESS_NAME: Final = "llama-xllamacpp"
"""What `ps` shows of the package's server instead of "python3"; prctl(2), PR_SET_NAME takes 15 bytes."""
SECONDS: Final = 20.0
CACHE_MIB: Final = 256
"""Host memory for prompts of other conversations; llama-server's own default is 8 GiB."""
LONGEST: Final = 65_536
ILLEGAL_INSTRUCTION: Final = -4


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """An engine that was started once, for its version alone. problem: why it cannot run here, "" where it can."""

    name: str
    version: str = ""
    problem: str = ""

    def __str__(self) -> str:
        short = self.version.partition(" (")[0]
        return f"{self.name}: {self.problem}" if self.problem else f"{Path(self.name).name} {short}".strip()


def command(name: str) -> list[str]:
    """How an engine is started; its flags follow."""
    return [sys.executable, "-I", "-m", PROGRAM] if name == PACKAGE else [name]


def arguments(
    engine: str, *, model: str, port: int, key_file: str, context: int, threads: int = 0, gpu_layers: int = 0
) -> list[str]:
    """How an engine is started, with flags of llama.cpp, tools/server/README.md. threads: 0 for all processors;
    gpu_layers: -1 for all. Never among them: `--tools`, `--agent`, `--mcp-servers-…`, which act on the host."""
    flags: dict[str, str] = {
        "--model": model,
        "--host": "127.0.0.1",
        "--port": str(port),
        "--api-key-file": key_file,
        "--ctx-size": str(context),
        "--parallel": "1",
        "--cache-reuse": "64",
        "--cache-ram": str(CACHE_MIB),
        "--threads": str(threads or len(os.sched_getaffinity(0))),
        "--gpu-layers": "all" if gpu_layers < 0 else str(gpu_layers),
        # one origin that no browser page can have: ours
        "--cors-origins": f"http://127.0.0.1:{port}",
        "--reasoning": "off",
        "--poll": "0",
    }
    switches = ["--no-ui", "--no-slots", "--offline", "--cache-prompt", "--no-cors-credentials"]
    return [*command(engine), *(part for pair in flags.items() for part in pair), *switches]


def present(name: str) -> bool:
    """Whether it is here at all; nothing of it is run."""
    if name == PACKAGE:
        return importlib.util.find_spec(PACKAGE) is not None
    return Path(name).is_file() and os.access(name, os.X_OK)


def taken(name: str) -> Tried:
    """One that is used without being tried, with the version that can be had without running it."""
    return Tried(name=name, version=metadata.version(PACKAGE) if name == PACKAGE and present(name) else "")


def tried(name: str) -> Tried:
    """Start it in a process of its own, where it may crash: compiled code may be here and not run on this processor.

    All our flags go along, since a llama-server of another age may lack some; the last one makes it end at once.
    """
    argv = [*arguments(name, model="/none", port=1, key_file=os.devnull, context=512), "--version"]
    try:
        ended = run(argv, seconds=SECONDS, limit=LONGEST)
    except OSError as error:
        return Tried(name=name, problem=f"it cannot be started: {error.strerror}")
    output = [line.strip() for line in ended.text.splitlines() if line.strip()]
    if ended.code == 0:
        version = next((line for line in output if line.startswith("version")), "")
        return Tried(name=name, version=version.removeprefix("version").lstrip(": "))
    if ended.timed_out:
        return Tried(name=name, problem=NO_ANSWER)
    if ended.code == ILLEGAL_INSTRUCTION:
        return Tried(name=name, problem=OTHER_PROCESSOR)
    if foreign := [line for line in output if "invalid argument" in line]:
        return Tried(name=name, problem=f"it is of another age and lacks what we need ({foreign[0][:200]})")
    return Tried(name=name, problem=output[-1][:300] if output else f"it ends with {ended.code}")


def first_that_runs(names: Iterable[str]) -> tuple[Tried | None, list[Tried]]:
    """(the first engine that runs here, those before it that do not); names that are not here are left out."""
    failed: list[Tried] = []
    for name in filter(present, names):
        found = tried(name)
        if not found.problem:
            return found, failed
        failed.append(found)
    return None, failed
