"""How much is remembered: stated limits in age and in bytes, kept in small steps beside the work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from stillwatch.config import Keep
from stillwatch.ports import Clock
from stillwatch.records.report import StoreReport
from stillwatch.store.store import Store

DAY = 24 * 3600.0
MEGABYTE = 1_000_000
LEAP: Final = 3600.0
"""Seconds by which wall time may move against the boot clock before it counts as set."""


@dataclass(kw_only=True)
class Steady:
    """Whether wall time may say how old something is: a clock that leaps to 2036 for a minute makes nothing old.

    newest: of which moment the last reading was at the start, 0 for none.
    """

    clock: Clock
    newest: float
    _ahead: float = field(init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        now, boot = self.clock.now(), self.clock.boot()
        known = not self.newest or abs(now - self.newest) < DAY
        self._ahead, self._since = now - boot, boot - (DAY if known else 0.0)

    def __bool__(self) -> bool:
        """It has gone on evenly for a day, or since the last reading before the start."""
        boot = self.clock.boot()
        ahead = self.clock.now() - boot
        if abs(ahead - self._ahead) > LEAP:
            self._since = boot
        self._ahead = ahead
        return boot - self._since >= DAY


@dataclass(frozen=True, kw_only=True)
class Retention:
    store: Store
    keep: Keep

    def tidy(self, now: float, *, by_age: bool = True) -> bool:
        """One short step: drop what is too old, or too much, the oldest first. Whether another step is needed.

        Open incidents, mutes, notes and the place in the journal always stay. by_age: whether `now` can be relied on.
        """
        store, keep = self.store, self.keep
        if by_age:
            old = store.samples.prune(now, keep.readings_days * DAY)
            old += store.samples.prune_hours(now - keep.trends_days * DAY)
            old += store.book.prune(since=now - keep.incidents_days * DAY)
            if old:
                return True
        return self.is_over() and bool(store.samples.drop_oldest() or store.book.drop_oldest())

    def is_over(self) -> bool:
        return self.store.database.used() > self.keep.megabytes * MEGABYTE

    def report(self) -> StoreReport:
        """How much is kept now, and the limits."""
        return StoreReport(
            bytes=self.store.database.used(),
            most_bytes=self.keep.megabytes * MEGABYTE,
            readings_days=self.keep.readings_days,
            trends_days=self.keep.trends_days,
            incidents_days=self.keep.incidents_days,
        )
