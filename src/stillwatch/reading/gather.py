"""One pass of reading: every source side by side, each with its own problem if it cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stillwatch.errors import NotReachable
from stillwatch.ports import Clock
from stillwatch.reading.source import Read, Readable
from stillwatch.records.report import SourceReport
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.records.unit import UnitState
from stillwatch.records.unread import Unread
from stillwatch.watch.monitor import Sightings, Watcher
from stillwatch.watch.novelty import Novel
from stillwatch.watch.unknown import FEW, PICKED


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """All that was read. triggers: from text, units and metrics; sources: one report each, in the order asked."""

    triggers: tuple[Trigger, ...]
    novel: tuple[Novel, ...]
    units: Mapping[str, UnitState]
    sources: tuple[SourceReport, ...]
    lines: int
    dropped: int = 0
    unread: Unread = Unread()
    hosts: tuple[str, ...] = ()


async def gather(
    sources: Sequence[Readable], watcher: Watcher, clock: Clock, seconds: float, progress: Callable[[str], None]
) -> Gathered:
    """Read the sources one after the other, for at most `seconds`; one that hangs is reported as unread."""
    ends = clock.boot() + seconds
    reads = []
    for source in sources:
        progress(f"reading the {source.name}")
        read, report = await _read(source, watcher, ends, max(ends - clock.boot(), 0.5))
        reads.append((read, report))
    triggers: list[Trigger] = []
    for read, _ in reads:
        triggers += read.sightings.triggers if read.sightings else ()
        triggers += watcher.judge(read.events)
    units = {name: unit for read, _ in reads for name, unit in (read.units or {}).items()}
    seen = [read.sightings for read, _ in reads if read.sightings]
    novel = tuple(one for sightings in seen for one in sightings.novel)
    triggers += _unknown(watcher, novel, triggers, seen)
    return Gathered(
        triggers=tuple(triggers),
        novel=novel,
        units=units,
        sources=tuple(report for _, report in reads),
        lines=sum(read.sightings.lines for read, _ in reads if read.sightings),
        dropped=sum(read.sightings.dropped for read, _ in reads if read.sightings),
        unread=sum((read.sightings.unread for read, _ in reads if read.sightings), Unread()),
        hosts=tuple(dict.fromkeys(host for read, _ in reads for host in read.hosts)),
    )


def _unknown(
    watcher: Watcher, novel: Sequence[Novel], triggers: Sequence[Trigger], seen: Sequence[Sightings]
) -> tuple[Trigger, ...]:
    """Trouble that no rule knows; in a few lines that a person has picked out, also what rules want to hear oftener."""
    lines = sum(sightings.lines for sightings in seen) if all(sightings.is_text for sightings in seen) else None
    known = any(trigger.severity > Severity.info for trigger in triggers)
    beneath = watcher.beneath(lines) if lines is not None and lines <= PICKED and not known else ()
    if len({trigger.subject for trigger in beneath}) > FEW:
        beneath = ()
    return (*beneath, *watcher.unknown(novel, (*triggers, *beneath), lines))


async def _read(source: Readable, watcher: Watcher, ends: float, seconds: float) -> tuple[Read, SourceReport]:
    try:
        async with asyncio.timeout(seconds + 1.0):
            read = await source.read(watcher, ends)
    except NotReachable as error:
        return Read(), SourceReport(name=source.name, read=False, problem=str(error))
    except TimeoutError:
        return Read(), SourceReport(name=source.name, read=False, problem=f"did not answer within {seconds:.0f} s")
    return read, SourceReport(name=source.name, read=read.whole, problem=read.problem, watched=read.watched)
