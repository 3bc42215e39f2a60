"""How much is remembered: stated limits in age and in bytes, kept in small steps beside the work."""

from __future__ import annotations

from dataclasses import dataclass

from stillwatch.config import Keep
from stillwatch.records.report import StoreReport
from stillwatch.store.store import Store

DAY = 24 * 3600.0
MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Retention:
    store: Store
    keep: Keep

    def tidy(self, now: float) -> bool:
        """One short step: drop what is too old, or too much, the oldest first. Whether another step is needed.

        Open incidents, mutes, notes and the place in the journal always stay.
        """
        store, keep = self.store, self.keep
        old = store.samples.prune(now, keep.readings_days * DAY)
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
            incidents_days=self.keep.incidents_days,
        )
