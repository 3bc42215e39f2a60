"""Readings of metrics over time: each for some days, then one mean an hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from stillwatch.store.database import Database

HOUR: Final = 3600.0
FINE: Final = 2 * 24 * HOUR
"""Seconds: of a longer span the mean of each hour is read, not each reading."""
MOST_METRICS: Final = 2000
"""Names of metrics that are kept; further ones are not, since whoever mounts or declares things makes the names."""
_ROWS_AT_ONCE = 20_000
_HOUR_OF = "CAST(at / 3600 AS INTEGER) * 3600.0"
_OLD = "SELECT metric, at FROM metric JOIN sample ON metric = metric.id WHERE at < ? LIMIT ?"


class Samples:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, at: float, readings: Mapping[str, float]) -> None:
        """One tick: metric → reading. A second reading of the same moment replaces the first."""
        with self._database.transaction():
            ids = self._ids(readings)
            rows = [(ids[name], at, value) for name, value in readings.items() if name in ids]
            self._database.run_many("INSERT OR REPLACE INTO sample (metric, at, value) VALUES (?, ?, ?)", rows)

    def read(self, metric: str, since: float, until: float, limit: int = 10_000) -> list[tuple[float, float]]:
        """(at, value) with since ≤ at < until, the newest `limit` of them, in the order of time.

        Of more than FINE seconds, and of what is left of older readings, the means of the hours, each where its hour
        begins.
        """
        known = self._database.value("SELECT id FROM metric WHERE name=?", [metric])
        one = f"SELECT {_HOUR_OF} AS at, sum(value) AS total, count(*) AS count FROM sample"  # noqa: S608
        single = "SELECT at, value AS total, 1 AS count FROM sample"
        where = "WHERE metric=? AND at >= ? AND at < ?"
        recent = f"{one} {where} GROUP BY 1" if until - since > FINE else f"{single} {where}"
        rows = self._database.rows(
            f"SELECT at, sum(total) / sum(count) FROM ({recent} UNION ALL SELECT at, total, count FROM hour {where}) "  # noqa: S608
            "GROUP BY at ORDER BY at DESC LIMIT ?",
            [known, since, until, known, since, until, limit],
        )
        return [(at, value) for at, value in reversed(rows)]

    def metrics(self) -> list[str]:
        return [name for (name,) in self._database.rows("SELECT name FROM metric ORDER BY name")]

    def newest(self) -> float:
        """When the last reading was taken, 0 where there is none."""
        last = self._database.value(
            "SELECT max((SELECT max(at) FROM sample WHERE sample.metric = known.id)) FROM metric AS known"
        )
        return float(last or 0.0)

    def prune(self, at: float, keep: float) -> int:
        """Make what is older than `keep` seconds a part of its hour, at most 20,000 readings a call; gives how many.

        All in one transaction: a reading is in its hour or by itself, never both and never neither (R31).
        """
        old = [at - keep, _ROWS_AT_ONCE]
        with self._database.transaction():
            self._database.run(
                f"INSERT INTO hour SELECT metric, {_HOUR_OF}, min(value), max(value), sum(value), count(*) "  # noqa: S608
                f"FROM sample WHERE (metric, at) IN ({_OLD}) GROUP BY 1, 2 ON CONFLICT (metric, at) DO UPDATE SET "
                "low=min(low, excluded.low), high=max(high, excluded.high), "
                "total=total + excluded.total, count=count + excluded.count",
                old,
            )
            return self._database.run(f"DELETE FROM sample WHERE (metric, at) IN ({_OLD})", old)  # noqa: S608

    def prune_hours(self, before: float) -> int:
        """Drop hours that began before, and the names of which nothing is left; gives how many hours."""
        old = "SELECT metric, at FROM metric JOIN hour ON metric = metric.id WHERE at < ? LIMIT ?"
        gone = self._database.run(f"DELETE FROM hour WHERE (metric, at) IN ({old})", [before, _ROWS_AT_ONCE])  # noqa: S608
        left = "SELECT 1 FROM {} WHERE {}.metric = known.id"
        nothing = " AND ".join(f"NOT EXISTS ({left.format(table, table)})" for table in ("sample", "hour"))
        self._database.run(f"DELETE FROM metric AS known WHERE {nothing}")  # noqa: S608
        return gone

    def drop_oldest(self) -> int:
        """Make the readings of the oldest hour that there is one, at most 20,000 rows; where there are none, drop the
        hours of the oldest day. Gives the number of rows dropped.

        By the index of each metric: to sort all readings by time would hold up everything else for seconds.
        """
        oldest = self._oldest("sample")
        if oldest is not None:
            return self.prune(oldest + HOUR, keep=0.0)
        oldest = self._oldest("hour")
        return 0 if oldest is None else self.prune_hours(oldest + 24 * HOUR)

    def _oldest(self, table: str) -> float | None:
        oldest: float | None = self._database.value(
            f"SELECT min((SELECT min(at) FROM {table} WHERE {table}.metric = known.id)) FROM metric AS known"  # noqa: S608
        )
        return oldest

    def _ids(self, names: Iterable[str]) -> dict[str, int]:
        """Read anew each tick: a remembered id would outlive the transaction that failed to make it."""
        known = dict(self._database.rows("SELECT name, id FROM metric"))
        for name in names:
            if name not in known and len(known) < MOST_METRICS:
                self._database.run("INSERT INTO metric (name) VALUES (?)", [name])
                known[name] = self._database.value("SELECT last_insert_rowid()")
        return known
