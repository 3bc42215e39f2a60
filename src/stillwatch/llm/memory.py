"""Whether a model fits into memory, judged before it is loaded: looking after a host must not make it swap."""

from __future__ import annotations

from pathlib import Path

from stillwatch.llm.running import Launch

MIB = 1 << 20
WORKING = 192 * MIB
"""Compute buffers and the program itself."""


def available(meminfo: Path = Path("/proc/meminfo")) -> int:
    """Bytes that programs can get without swapping (proc(5), MemAvailable); 0 where it cannot be read."""
    return _field(meminfo, "MemAvailable:")


def total(meminfo: Path = Path("/proc/meminfo")) -> int:
    """Bytes of memory that the host has; 0 where it cannot be read."""
    return _field(meminfo, "MemTotal:")


def needed(launch: Launch) -> int:
    """Bytes that a server will take: its weights, the cache of its context (f16, estimated on the high side from the
    size of the model) and its buffers. Layers on a GPU are counted here as well, since they pass through."""
    try:
        weights = launch.model.stat().st_size
    except OSError:
        return 0
    return weights + launch.context * (32 * 1024 + weights // 40_000) + WORKING


def words(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB" if size >= 1 << 30 else f"{size / MIB:.0f} MiB"


def _field(meminfo: Path, name: str) -> int:
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
