"""What remembering costs: `python bench/store.py`. Ours beside the same rows through bare sqlite3."""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from stillwatch.store.store import Store
from tests.store.build import evidence, incident

ROUNDS = 500
READINGS = {f"metric-{number}": number / 40 for number in range(40)}


def milliseconds(work: Callable[[int], object]) -> str:
    taken = []
    for number in range(ROUNDS):
        start = time.perf_counter()
        work(number)
        taken.append(1000 * (time.perf_counter() - start))
    return f"median {statistics.median(taken):6.3f} ms   99 % {statistics.quantiles(taken, n=100)[98]:6.3f} ms"


def bare(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(
        "CREATE TABLE sample (metric INTEGER, at REAL, value REAL, PRIMARY KEY (metric, at)) WITHOUT ROWID"
    )
    connection.execute("CREATE TABLE incident (id TEXT PRIMARY KEY, body BLOB)")
    return connection


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, connection = Store.open(folder), bare(folder)
        body = b"x" * 3000

        def bare_tick(number: int) -> None:
            connection.execute("BEGIN")
            rows = [(metric, float(number), value) for metric, value in enumerate(READINGS.values())]
            connection.executemany("INSERT INTO sample VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")

        def save(number: int) -> None:
            with store.transaction():
                store.book.save(incident(f"I{number + 1}", evidence=evidence(f"I{number + 1}", 8, "x" * 300)))
                store.set_cursor(str(number))

        print("40-metric tick, ours       ", milliseconds(lambda number: store.samples.add(float(number), READINGS)))
        print("40-metric tick, sqlite3    ", milliseconds(bare_tick))
        print("incident + cursor, ours    ", milliseconds(save))
        insert = "INSERT INTO incident VALUES (?, ?)"
        print(
            "one 3 kB row, sqlite3      ", milliseconds(lambda number: connection.execute(insert, (str(number), body)))
        )
        print("find an incident, ours     ", milliseconds(lambda number: store.book.find(f"I{number + 1}")))


if __name__ == "__main__":
    main()
