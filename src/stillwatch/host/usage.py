"""What services do silently: dead children that they do not fetch, and processor time without end (proc(5))."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stillwatch.host.processes import unit_of
from stillwatch.records.event import Event, Untrusted

TICKS: Final = os.sysconf("SC_CLK_TCK")
ZOMBIES_FROM: Final = 20
BUSY_SECONDS: Final = 3.0
"""Processor time that a unit has used or waited for, from which on it may be looked at twice."""
BUSY_SHARE: Final = 0.5
"""And its share of the time since it began."""
PAUSE: Final = 0.5
MOST: Final = 4096


@dataclass(slots=True)
class Use:
    """cpu: seconds, those of children that ended included; waited: seconds in which it wanted a processor in vain;

    age: seconds since its oldest process began; zombies: dead children that nobody fetched.
    """

    cpu: float = 0.0
    waited: float = 0.0
    age: float = 0.0
    zombies: int = 0


async def read_usage(host: str, at: float, proc: Path = Path("/proc"), pause: float = PAUSE) -> list[Event]:
    """Of each service that has many zombies, or was busy from its start on and still is. Two readings where needed."""
    before = await asyncio.to_thread(usage, proc)
    events = [_zombies(host, at, unit, use) for unit, use in before.items() if use.zombies >= ZOMBIES_FROM]
    busy = {unit: use for unit, use in before.items() if _was_busy(use)}
    if not busy:
        return events
    await asyncio.sleep(pause)
    after = await asyncio.to_thread(usage, proc)
    return events + [_busy(host, at, unit, use, after[unit]) for unit, use in busy.items() if unit in after]


def usage(proc: Path = Path("/proc")) -> Mapping[str, Use]:
    """By service; what is in none is left out."""
    try:
        up = float((proc / "uptime").read_text().split()[0])
        pids = [name for name in os.listdir(proc) if name.isdecimal()][:MOST]  # noqa: PTH208
    except (OSError, ValueError, IndexError):
        return {}
    found: dict[str, Use] = defaultdict(Use)
    for pid in pids:
        try:
            fields = (proc / pid / "stat").read_text(errors="replace").rpartition(") ")[2].split()
            waited = int((proc / pid / "schedstat").read_text().split()[1]) / 1e9
            state, parent, began = fields[0], int(fields[1]), int(fields[19]) / TICKS
            cpu = sum(int(ticks) for ticks in fields[11:15]) / TICKS
        except (OSError, ValueError, IndexError):
            continue
        unit = unit_of(parent if state == "Z" else int(pid), proc)
        if not unit.endswith(".service"):
            continue
        use = found[unit]
        use.zombies += state == "Z"
        use.cpu, use.waited, use.age = use.cpu + cpu, use.waited + waited, max(use.age, up - began)
    return found


def _was_busy(use: Use) -> bool:
    return use.cpu + use.waited >= BUSY_SECONDS and use.cpu + use.waited >= BUSY_SHARE * use.age


def _zombies(host: str, at: float, unit: str, use: Use) -> Event:
    text = f"{unit}: {use.zombies} dead children that it did not fetch"
    return _event(host, at, "unit-zombies", float(use.zombies), unit, text)


def _busy(host: str, at: float, unit: str, before: Use, after: Use) -> Event:
    """value: the share of one processor that it used or wanted between the readings."""
    between = max(after.age - before.age, 0.01)
    share = (after.cpu - before.cpu + after.waited - before.waited) / between
    used = f"{after.cpu:.0f} s of processor time in {after.age:.0f} s"
    return _event(host, at, "unit-busy", share, unit, f"{unit}: {used}, now {share:.0%} of one processor")


def _event(host: str, at: float, metric: str, value: float, unit: str, text: str) -> Event:
    fields = {"metric": metric}
    return Event(host=host, at=at, source="metric", subject=unit, text=Untrusted(text), value=value, fields=fields)
