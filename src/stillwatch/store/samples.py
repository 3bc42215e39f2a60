"""Readings of metrics over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stillwatch.store.database import Database

_ROWS_AT_ONCE = 20_000


class Samples:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, at: float, readings: Mapping[str, float]) -> None:
        """One tick: metric → reading. A second reading of the same moment replaces the first."""
        with self._database.transaction():
            ids = self._ids(readings)
            rows = [(ids[name], at, value) for name, value in readings.items()]
            self._database.run_many("INSERT OR REPLACE INTO sample (metric, at, value) VALUES (?, ?, ?)", rows)

    def read(self, metric: str, since: float, until: float, limit: int = 10_000) -> list[tuple[float, float]]:
        """(at, value) with since ≤ at < until, the newest `limit` of them, in the order of time."""
        rows = self._database.rows(
            "SELECT at, value FROM sample WHERE metric=(SELECT id FROM metric WHERE name=?) AND at >= ? AND at < ? "
            "ORDER BY at DESC LIMIT ?",
            [metric, since, until, limit],
        )
        return [(at, value) for at, value in reversed(rows)]

    def metrics(self) -> list[str]:
        return [name for (name,) in self._database.rows("SELECT name FROM metric ORDER BY name")]

    def prune(self, at: float, keep: float) -> int:
        """Drop what is older than `keep` seconds, at most 20,000 rows a call; gives the number of rows dropped."""
        return self._database.run(
            "DELETE FROM sample WHERE (metric, at) IN (SELECT metric, at FROM metric JOIN sample ON metric = metric.id "
            "WHERE at < ? LIMIT ?)",
            [at - keep, _ROWS_AT_ONCE],
        )

    def drop_oldest(self) -> int:
        """Drop the readings of the oldest hour that there is, at most 20,000 rows; gives the number dropped.

        By the index of each metric: to sort all readings by time would hold up everything else for seconds.
        """
        oldest = self._database.value(
            "SELECT min((SELECT min(at) FROM sample WHERE sample.metric = known.id)) FROM metric AS known"
        )
        return 0 if oldest is None else self.prune(oldest + 3600.0, keep=0.0)

    def _ids(self, names: Iterable[str]) -> dict[str, int]:
        """Read anew each tick: a remembered id would outlive the transaction that failed to make it."""
        known = dict(self._database.rows("SELECT name, id FROM metric"))
        for name in names:
            if name not in known:
                self._database.run("INSERT INTO metric (name) VALUES (?)", [name])
                known[name] = self._database.value("SELECT last_insert_rowid()")
        return known
