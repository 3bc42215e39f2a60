"""How the host does: memory, swap, load, pressure, file systems, file handles. Each reading is an event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import psutil

from stillwatch.errors import NotReachable
from stillwatch.host.mounts import Mount, fill, read_mounts, worth_watching
from stillwatch.records.event import Event, Untrusted

Sensors = Callable[[], Mapping[str, Sequence[Any]]]
MOST_SENSORS: Final = 64
SENSIBLE: Final = (40.0, 130.0)
"""Degrees between which a temperature that a sensor calls critical is believed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Readings:
    """events: what was read; problems: what could not be, one sentence each, and why."""

    events: tuple[Event, ...]
    problems: tuple[str, ...] = ()


async def read_metrics(
    host: str,
    at: float,
    *,
    proc: Path = Path("/proc"),
    seconds: float = 2.0,
    sensors: Sensors = psutil.sensors_temperatures,
) -> Readings:
    """One reading of everything. at: seconds since the epoch; seconds: how long one file system may take to answer.

    Never raises: what cannot be read stands in `problems`.
    """
    events: list[Event] = []
    problems: list[str] = []
    sources: dict[str, Callable[[Path, str, float], Iterator[Event]]] = {
        "memory": _memory,
        "load": _load,
        "pressure": _pressure,
        "handles": _handles,
        "temperature": partial(_temperatures, sensors),
    }
    for name, source in sources.items():
        try:
            events += source(proc, host, at)
        except (OSError, ValueError, KeyError, IndexError, ZeroDivisionError) as error:
            problems.append(f"{name} cannot be read: {error}")
    try:
        mounts = worth_watching(read_mounts(proc))
    except NotReachable as error:
        return Readings(events=tuple(events), problems=(*problems, str(error)))
    for answer in await asyncio.gather(*(_mount(mount, host, at, seconds) for mount in mounts)):
        if isinstance(answer, str):
            problems.append(answer)
        else:
            events += answer
    return Readings(events=tuple(events), problems=tuple(problems))


def meminfo(proc: Path = Path("/proc")) -> dict[str, int]:
    """Bytes by name (proc_meminfo(5)). Raises OSError, ValueError."""
    rows = (line.partition(":") for line in (proc / "meminfo").read_text().splitlines())
    return {name: int(rest.split()[0]) * (1024 if rest.endswith("kB") else 1) for name, _, rest in rows if rest.split()}


async def _mount(mount: Mount, host: str, at: float, seconds: float) -> list[Event] | str:
    try:
        seen = await fill(mount.point, seconds)
    except TimeoutError:
        return f"{mount.point} ({mount.kind}) does not answer within {seconds:g} s"
    except OSError as error:
        return f"{mount.point} cannot be read: {error.strerror}"
    more = {"fstype": mount.kind, "options": mount.options, "device": mount.source, "free_bytes": str(seen.free)}
    text = f"{mount.point}: {seen.used:.1%} of {_size(seen.size)} used, {_size(seen.free)} free"
    events = [_event(host, at, "disk-used", seen.used, text, mount.point, more)] if seen.size else []
    if seen.inodes is not None:
        text = f"{mount.point}: {seen.inodes:.1%} of the inodes used"
        events.append(_event(host, at, "inodes-used", seen.inodes, text, mount.point, more))
    return events


def _memory(proc: Path, host: str, at: float) -> Iterator[Event]:
    seen = meminfo(proc)
    total, available = seen["MemTotal"], seen["MemAvailable"]
    text = f"{_size(available)} of {_size(total)} memory available"
    yield _event(host, at, "memory-available", available / total, text)
    if swap := seen.get("SwapTotal", 0):
        used = swap - seen.get("SwapFree", 0)
        yield _event(host, at, "swap-used", used / swap, f"{_size(used)} of {_size(swap)} swap used")


def _load(proc: Path, host: str, at: float) -> Iterator[Event]:
    """Load a core: 1.0 is a machine whose cores are just all wanted."""
    cores = sum(line.startswith("processor") for line in (proc / "cpuinfo").read_text().splitlines()) or 1
    minute, five, quarter = (proc / "loadavg").read_text().split()[:3]
    yield _event(host, at, "load", float(five) / cores, f"load {minute} {five} {quarter} on {cores} cores")


def _pressure(proc: Path, host: str, at: float) -> Iterator[Event]:
    """The share of the last minute in which some task waited (kernel: accounting/psi). Some kernels have none."""
    if not (proc / "pressure").is_dir():
        return
    for what in ("cpu", "io", "memory"):
        line = (proc / "pressure" / what).read_text().splitlines()[0]
        averages = dict(word.partition("=")[::2] for word in line.split()[1:])
        share = float(averages["avg60"]) / 100
        yield _event(host, at, f"pressure-{what}", share, f"tasks waited {share:.1%} of the last minute for {what}")


def _handles(proc: Path, host: str, at: float) -> Iterator[Event]:
    used, _, limit = (proc / "sys/fs/file-nr").read_text().split()
    yield _event(host, at, "files-open", int(used) / int(limit), f"{used} of {limit} file handles in use")


def _temperatures(sensors: Sensors, proc: Path, host: str, at: float) -> Iterator[Event]:
    """Each as a share of what its sensor calls critical; those that call nothing so are left out."""
    read = [(name, one) for name, found in sensors().items() for one in found][:MOST_SENSORS]
    for name, one in read:
        critical = float(one.critical or 0.0)
        if SENSIBLE[0] <= critical <= SENSIBLE[1] and 0.0 <= one.current <= 2 * critical:
            thing = f"{name} {one.label}".strip()
            text = f"{thing}: {one.current:.0f} °C, critical from {critical:.0f} °C on"
            yield _event(host, at, "temperature", min(one.current / critical, 1.0), text, thing)


def _event(
    host: str, at: float, metric: str, value: float, text: str, subject: str = "", more: dict[str, str] | None = None
) -> Event:
    fields = {"metric": metric, **(more or {})}
    return Event(host=host, at=at, source="metric", subject=subject, text=Untrusted(text), value=value, fields=fields)


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"
