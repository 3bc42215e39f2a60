"""What runs a model: a llama-server of this host, or llama.cpp's server inside the Python package xllamacpp.

An engine's name is the path of a llama-server, or the word `xllamacpp`. Both take the flags of helpers/llama.py.
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

PACKAGE: Final = "xllamacpp"
PROGRAM: Final = "stillwatch.helpers.xllamacpp_server"
PROCESS_NAME: Final = "llama-xllamacpp"
"""What `ps` shows of the package's server instead of "python3"; prctl(2), PR_SET_NAME takes 15 bytes."""
SECONDS: Final = 20.0
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


def present(name: str) -> bool:
    """Whether it is here at all; nothing of it is run."""
    if name == PACKAGE:
        return importlib.util.find_spec(PACKAGE) is not None
    return Path(name).is_file() and os.access(name, os.X_OK)


def taken(name: str) -> Tried:
    """One that is used without being tried, with the version that can be had without running it."""
    return Tried(name=name, version=metadata.version(PACKAGE) if name == PACKAGE and present(name) else "")


def tried(name: str) -> Tried:
    """Start it in a process of its own, where it may crash: compiled code may be here and not run on this processor."""
    try:
        ended = run([*command(name), "--version"], seconds=SECONDS, limit=LONGEST)
    except OSError as error:
        return Tried(name=name, problem=f"it cannot be started: {error.strerror}")
    said = [line.strip() for line in ended.text.splitlines() if line.strip()]
    if ended.code == 0:
        version = next((line for line in said if line.startswith("version")), "")
        return Tried(name=name, version=version.removeprefix("version").lstrip(": "))
    if ended.timed_out:
        return Tried(name=name, problem="it does not answer")
    if ended.code == ILLEGAL_INSTRUCTION:
        return Tried(name=name, problem="it was built for another processor (illegal instruction)")
    return Tried(name=name, problem=said[-1][:300] if said else f"it ends with {ended.code}")


def first_that_runs(names: Iterable[str]) -> tuple[Tried | None, list[Tried]]:
    """(the first engine that runs here, those before it that do not); names that are not here are left out."""
    failed: list[Tried] = []
    for name in filter(present, names):
        found = tried(name)
        if not found.problem:
            return found, failed
        failed.append(found)
    return None, failed
