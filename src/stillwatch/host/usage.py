"""What services do silently: dead children that they do not fetch, processor time without end, limits that are nearly
reached (proc(5))."""

from __future__ import annotations

import asyncio
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stillwatch.helpers.process_table import Holder
from stillwatch.host.processes import PROC, TICKS, open_files, table
from stillwatch.records.amount import size
from stillwatch.records.event import Event, Untrusted

ZOMBIES_FROM: Final = 20
BUSY_SECONDS: Final = 3.0
"""Processor time that a unit has used or waited for, from which on it may be looked at twice."""
BUSY_SHARE: Final = 0.5
"""And its share of the time since it began."""
PAUSE: Final = 0.5
MEMORY: Final = (
    ("", "memory.current", "memory.max"),
    ("memory", "memory.usage_in_bytes", "memory.limit_in_bytes"),
)
"""Where control groups v2 and v1 count memory (the kernel's cgroup-v2.rst, cgroup-v1/memory.rst)."""
NO_LIMIT: Final = 1 << 60
"""v1 has a number for it."""
_CACHED: Final = re.compile(r"^(?:total_)?(inactive_file|active_file) (\d+)$", re.M)
GROUPS: Final = Path("/sys/fs/cgroup")
CROWDED: Final = 0.8
"""Share of its limit from which on a service's use is told: TasksMax=, MemoryMax= (systemd.resource-control(5)), and
LimitNOFILE= (systemd.exec(5))."""


@dataclass(slots=True)
class Use:
    """cpu: seconds, those of children that ended included; waited: seconds in which it wanted a processor in vain;

    age: seconds since its oldest process began; zombies: dead children that nobody fetched.
    """

    cpu: float = 0.0
    waited: float = 0.0
    age: float = 0.0
    zombies: int = 0


async def read_usage(
    host: str,
    at: float,
    proc: Path = PROC,
    pause: float = PAUSE,
    groups: Path = GROUPS,
    opened: Callable[[], tuple[Sequence[Holder], int]] = open_files,
) -> list[Event]:
    """Of each service that has many zombies, nearly all of the tasks, the memory or the files that it may have, or was
    busy from its start on and still is. Two readings where needed.

    Raises NotReachable.
    """
    before = await asyncio.to_thread(usage, proc)
    events = await asyncio.to_thread(lambda: [*_crowded(host, at, groups), *_short_of_files(host, at, opened)])
    events += [_zombies(host, at, unit, use) for unit, use in before.items() if use.zombies >= ZOMBIES_FROM]
    busy = {unit: use for unit, use in before.items() if _was_busy(use)}
    if not busy:
        return events
    await asyncio.sleep(pause)
    after = await asyncio.to_thread(usage, proc)
    return events + [_busy(host, at, unit, use, after[unit]) for unit, use in busy.items() if unit in after]


def usage(proc: Path = PROC) -> Mapping[str, Use]:
    """By service; what is in none is left out. Raises NotReachable."""
    rows = {row.pid: row for row in table(proc=proc)}
    up = float((proc / "uptime").read_text().split()[0])
    found: dict[str, Use] = defaultdict(Use)
    for row in rows.values():
        dead = row.state == "Z"
        whose = rows.get(row.parent, row) if dead else row
        if not whose.unit.endswith(".service"):
            continue
        use = found[whose.unit]
        use.zombies += dead
        use.cpu, use.waited = use.cpu + (row.cpu + row.children) / TICKS, use.waited + row.waited / 1e9
        use.age = max(use.age, up - row.start / TICKS)
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


def _crowded(host: str, at: float, groups: Path) -> Iterator[Event]:
    """By the kernel's own count and limit of each service: of control groups v2, or of the v1 controllers."""
    for base in (groups, groups / "pids"):
        for folder in _services(base):
            count, most = (_whole(folder / f"pids.{what}") for what in ("current", "max"))
            if most and count >= CROWDED * most:
                text = f"{folder.name}: {count} of at most {most} processes and threads"
                yield _event(host, at, "unit-tasks", count / most, folder.name, text)
    for where, current, limit in MEMORY:
        for folder in _services(groups / where):
            most = _whole(folder / limit)
            used = _whole(folder / current) - _reclaimed(folder) if 0 < most < NO_LIMIT else 0
            if used and used >= CROWDED * most:
                text = f"{folder.name}: {size(used)} of at most {size(most)} memory"
                yield _event(host, at, "unit-memory", used / most, folder.name, text)


def _services(groups: Path) -> list[Path]:
    """os.walk bears groups that come and go meanwhile; Path.glob does not."""
    walk = os.walk(groups / "system.slice")
    return sorted(Path(folder, name) for folder, names, _ in walk for name in names if name.endswith(".service"))


def _reclaimed(folder: Path) -> int:
    """What the kernel takes back by itself: files that it keeps in memory. v1 names each twice, its own first."""
    try:
        found = dict(_CACHED.findall((folder / "memory.stat").read_text()))
    except OSError:
        return 0
    return sum(map(int, found.values()))


def _short_of_files(host: str, at: float, opened: Callable[[], tuple[Sequence[Holder], int]]) -> Iterator[Event]:
    """Of each service the process that is nearest to the number of files that it may open."""
    nearest: dict[str, Holder] = {}
    for row in opened()[0]:
        if row["unit"].endswith(".service") and row["most"]:
            before = nearest.setdefault(row["unit"], row)
            if row["open"] / row["most"] > before["open"] / before["most"]:
                nearest[row["unit"]] = row
    for unit, row in nearest.items():
        if row["open"] >= CROWDED * row["most"]:
            text = f"{unit}: {row['name']} (pid {row['pid']}) has {row['open']} of at most {row['most']} files open"
            yield _event(host, at, "unit-files", row["open"] / row["most"], unit, text)


def _whole(file: Path) -> int:
    """0 where there is no number: no limit, or no such file any more."""
    try:
        text = file.read_text().strip()
    except (OSError, ValueError):
        return 0
    return int(text) if text.isascii() and text.isdigit() else 0


def _event(host: str, at: float, metric: str, value: float, unit: str, text: str) -> Event:
    fields = {"metric": metric}
    return Event(host=host, at=at, source="metric", subject=unit, text=Untrusted(text), value=value, fields=fields)
