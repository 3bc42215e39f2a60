"""A whole log or journal through the watch room, trigger by trigger, in constant memory: what `triage` runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from time import perf_counter

from stillwatch.records.line import Line
from stillwatch.records.trigger import Trigger
from stillwatch.watch.monitor import Sightings, Watcher
from stillwatch.watch.novelty import Novel
from stillwatch.watch.shapes.reader import Block, Reader

BATCH = 200_000
NOVEL_KEPT = 200


@dataclass(kw_only=True, slots=True)
class Counts:
    """Open counters of a running stream. seconds: of judging, the waiting for input included."""

    lines: int = 0
    triggers: int = 0
    dropped: int = 0
    seconds: float = 0.0
    novel: tuple[Novel, ...] = ()

    @property
    def rate(self) -> float:
        """Lines a second."""
        return self.lines / self.seconds if self.seconds else 0.0


def triage_lines(watcher: Watcher, lines: Iterable[Line], counts: Counts, *, batch: int = BATCH) -> Iterator[Trigger]:
    """Triggers as each batch of lines is complete; `counts` runs along."""
    source = iter(lines)
    while True:
        started, before = perf_counter(), counts.lines
        yield from _account(counts, started, watcher.see(islice(source, batch)))
        if counts.lines == before:
            return


def triage_text(
    watcher: Watcher, blocks: Iterable[Block], reader: Reader, counts: Counts, *, batch: int = BATCH
) -> Iterator[Trigger]:
    """The same for log text, taken apart only where a rule may match."""
    source = iter(blocks)
    while True:
        started, before = perf_counter(), counts.lines
        yield from _account(counts, started, watcher.see_text(_some(source, batch), reader))
        if counts.lines == before:
            return


def _some(blocks: Iterator[Block], lines: int) -> Iterator[Block]:
    """Blocks of so many lines together, or a few more."""
    for block in blocks:
        yield block
        lines -= len(block)
        if lines <= 0:
            return


def _account(counts: Counts, started: float, seen: Sightings) -> tuple[Trigger, ...]:
    counts.lines += seen.lines
    counts.triggers += len(seen.triggers)
    counts.dropped += seen.dropped
    counts.novel = (*counts.novel, *seen.novel)[:NOVEL_KEPT]
    counts.seconds += perf_counter() - started
    return seen.triggers
