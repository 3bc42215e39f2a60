"""Reading that ends in time, and how that is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from stillwatch.ports import Clock
from stillwatch.watch.monitor import Sightings

T = TypeVar("T")
LINES_BETWEEN_LOOKS: Final = 2048


class Until(Iterable[T]):
    """The items until the boot clock reaches `ends`; `cut` tells whether some were left."""

    def __init__(self, items: Iterable[T], clock: Clock, ends: float, between: int = LINES_BETWEEN_LOOKS) -> None:
        self._items, self._clock, self._ends, self._between = items, clock, ends, between
        self.cut = False

    def __iter__(self) -> Iterator[T]:
        left = self._between
        for item in self._items:
            left -= 1
            if not left:
                left = self._between
                if self._clock.boot() >= self._ends:
                    self.cut = True
                    return
            yield item


def hosts_of(sightings: Sightings, hosts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*hosts, *(trigger.host for trigger in sightings.triggers))))


def problem_of(problems: Sequence[str], cut: bool, lines: int) -> str:
    late = [f"only the first {lines:,} entries were read within the deadline"] if cut else []
    return "; ".join([*problems[:3], *late])
