"""The one SQLite file: opened safely, brought up to date, written in whole transactions."""

from __future__ import annotations

import functools
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from stillwatch.errors import NotReachable, StillwatchError, unusable

BUSY_SECONDS = 5.0
BUSY_PAUSE = 0.01


class Database:
    """A connection of one thread. WAL: a kill -9 at any moment leaves the last whole transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._depth = 0
        self.path = path

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Database:
        """Open the file, creating it (mode 0600) and its tables unless read_only.

        Raises NotReachable if it cannot be opened, StillwatchError if it is no database, is damaged, or was written
        by a newer version.
        """
        try:
            database = cls(_connect(path, read_only), path)
            database._prepare(read_only)
        except (OSError, sqlite3.OperationalError) as error:
            raise unusable(path, error) from error
        except sqlite3.DatabaseError as error:
            raise damaged(path, error) from error
        return database

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Transactions within it join it: the outermost one commits (R31)."""
        if self._depth == 0:
            self._execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0 and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._commit()

    def _commit(self) -> None:
        try:
            self._execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk leaves it open
                self._connection.execute("ROLLBACK")
            raise

    def run(self, statement: str, values: Sequence[object] = ()) -> int:
        """Rows changed."""
        return self._execute(statement, values).rowcount

    def run_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.OperationalError as error:
            raise unusable(self.path, error) from error

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._execute(query, values).fetchall()

    def value(self, query: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self._execute(query, values).fetchone()
        return None if row is None else row[0]

    def _execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Raises NotReachable with plain words where the file cannot be used any more (a full disk, say)."""
        try:
            return self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise unusable(self.path, error) from error

    def problems(self) -> list[str]:
        """What SQLite's own check finds, [] if it is whole. Reads the whole file."""
        try:
            return [row[0] for row in self.rows("PRAGMA quick_check(10)") if row[0] != "ok"]
        except sqlite3.DatabaseError as error:
            return [str(error)]

    def _prepare(self, read_only: bool) -> None:
        known = migrations()
        version = self.value("PRAGMA user_version")
        if version > len(known):
            raise StillwatchError(
                f"{self.path} was written by a newer Stillwatch (schema {version}, this one knows {len(known)})",
                next_step="install that version, or point --state-dir at another directory",
            )
        if read_only and version < len(known):
            raise NotReachable(
                f"{self.path} has an older schema", next_step="start the service once to bring it up to date"
            )
        if not read_only:
            self._use_wal()
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._migrate(known)

    def _use_wal(self) -> None:
        """SQLite does not wait while the mode of a file is changed, whatever its time-out says; so we do."""
        end = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(BUSY_PAUSE)

    def used(self) -> int:
        """Bytes in use; the file may be larger, since what is freed stays in it for what comes next."""
        pages = int(self.value("PRAGMA page_count")) - int(self.value("PRAGMA freelist_count"))
        return pages * int(self.value("PRAGMA page_size"))

    def _migrate(self, known: Sequence[str]) -> None:
        """Each step and its number in one transaction; a second process that opens at once waits and finds it done."""
        while True:
            with self.transaction():
                version = self.value("PRAGMA user_version")
                if version >= len(known):
                    return
                for statement in statements(known[version]):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version={version + 1:d}")


@functools.cache
def migrations() -> Sequence[str]:
    """The texts of migrations/*.sql in the order of their numbers."""
    folder = resources.files(__package__) / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple(file.read_text(encoding="utf-8") for file in files)


def statements(script: str) -> Iterator[str]:
    """One by one, because sqlite3's own executescript commits whatever is open."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        raise ValueError(f"unfinished statement: {pending.strip()[:80]}")


def damaged(path: Path, error: Exception) -> StillwatchError:
    return StillwatchError(
        f"{path} is damaged or not a database ({error})",
        next_step=f"restore a backup, or move it away (mv {path} {path}.damaged); a fresh one is made",
    )


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made before SQLite does it, so that there is no moment at which others may read it; -wal and -shm follow it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
