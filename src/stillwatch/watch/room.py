"""Room for what is counted, kept by trust and severity: no flood of small things pushes a grave one out (R32, R41)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

from stillwatch.records.line import Line
from stillwatch.records.trigger import Severity

MOST = 1024
OF_A_KIND = 64
"""Different ones of one kind that are told apart within REMEMBERED; the others are "more of the same kind"."""
REMEMBERED = 3600.0
"""Seconds, by the lines' own times, after which one that was not seen again takes no room any more."""
GRAVE_PRIORITY = 3
_REPORTERS = frozenset({"kernel", "systemd"})

K = TypeVar("K", bound=Hashable)


class Place(NamedTuple, Generic[K]):
    """fits: whether there is room; gone: who had to leave for it, None if nobody had to."""

    fits: bool
    gone: K | None = None


def rank_of(line: Line, severity: Severity) -> int:
    """How dear a line is: what PID 1 and the kernel said first, then what a file says they said, then severity."""
    trust = 2 if line.trusted else 1 if line.source == "log" and line.subject in _REPORTERS else 0
    return trust * (len(Severity) + 1) + int(severity)


def is_dear(line: Line) -> bool:
    """Of the kernel, of PID 1, or what its writer calls an error or worse: never dropped first."""
    priority = line.priority
    return line.trusted or line.subject in _REPORTERS or (priority is not None and priority <= GRAVE_PRIORITY)


class Room(Generic[K]):
    """At most `most` keys, at most `of_a_kind` of one kind. Every step costs the same, however full it is."""

    def __init__(self, most: int = MOST, of_a_kind: int = OF_A_KIND) -> None:
        self._most, self._of_a_kind = most, of_a_kind
        self._ranks: dict[int, OrderedDict[K, float]] = {}
        self._kinds: dict[Hashable, OrderedDict[K, int]] = {}
        self._kind_of: dict[K, Hashable] = {}
        self._now = 0.0

    def __len__(self) -> int:
        return len(self._kind_of)

    def place(self, key: K, kind: Hashable, rank: int, at: float) -> Place[K]:
        """Take a key in, or see it again. One that is dearer makes the least dear leave, the longest silent first."""
        self._now = max(self._now, at)
        siblings = self._kinds.setdefault(kind, OrderedDict())
        if key in siblings:
            self._see(key, siblings, rank, at)
            return Place(True)
        if len(siblings) >= self._of_a_kind and not self._forget_old(siblings):
            return Place(False)
        gone = None
        if len(self._kind_of) >= self._most:
            gone = self._least(rank)
            if gone is None:
                self._tidy(kind)
                return Place(False)
            self._remove(gone)
        self._take_in(key, kind, rank, at)
        return Place(True, gone)

    def _take_in(self, key: K, kind: Hashable, rank: int, at: float) -> None:
        self._kinds.setdefault(kind, OrderedDict())[key] = rank
        self._kind_of[key] = kind
        self._ranks.setdefault(rank, OrderedDict())[key] = at

    def _see(self, key: K, siblings: OrderedDict[K, int], rank: int, at: float) -> None:
        siblings.move_to_end(key)
        del self._ranks[siblings[key]][key]
        siblings[key] = rank
        self._ranks.setdefault(rank, OrderedDict())[key] = at

    def _forget_old(self, siblings: OrderedDict[K, int]) -> bool:
        oldest = next(iter(siblings))
        if self._now - self._ranks[siblings[oldest]][oldest] <= REMEMBERED:
            return False
        self._remove(oldest)
        return True

    def _least(self, rank: int) -> K | None:
        """Who leaves: one that has been silent for long, whoever it is; else the least dear below `rank`."""
        lowest = None
        for mine in sorted(self._ranks):
            if not self._ranks[mine]:
                continue
            key, at = next(iter(self._ranks[mine].items()))
            if self._now - at > REMEMBERED:
                return key
            if lowest is None and mine < rank:
                lowest = key
        return lowest

    def _remove(self, key: K) -> None:
        kind = self._kind_of.pop(key)
        rank = self._kinds[kind].pop(key)
        del self._ranks[rank][key]
        self._tidy(kind)

    def _tidy(self, kind: Hashable) -> None:
        if not self._kinds[kind]:
            del self._kinds[kind]
