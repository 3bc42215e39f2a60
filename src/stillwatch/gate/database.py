"""The gate's one database: WAL, synchronous=FULL. Every write is a transaction that carries its audit records (R29)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from stillwatch.gate.change.action import Clock
from stillwatch.host.auditlog import GENESIS, Record, archived_head, archives, canonical, head_of, link
from stillwatch.host.durable import write_durably

KEEP: Final = 50_000
"""Audit records in the database; beyond that the older half is written to an archive file, and only then removed."""
MAX_ARCHIVES: Final = 20
Anchor = Callable[[int, str], bool]


class Writer:
    """One open transaction."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock, seq: int, head: str) -> None:
        self.execute = connection.execute
        self.clock = clock
        self.seq, self.head = seq, head

    def record(self, kind: str, **fields: object) -> None:
        """Append to the audit log; it becomes durable together with everything else in this transaction."""
        self.seq += 1
        body = canonical({"seq": self.seq, "at": round(self.clock.now(), 3), "kind": kind, **fields})
        previous, self.head = self.head, link(self.head, body)
        self.execute("INSERT INTO audit VALUES (?, ?, ?, ?)", (self.seq, body, previous, self.head))


class GateDatabase:
    """anchor: sends (seq, hash) to the journal after each commit and says whether that worked (R30)."""

    def __init__(self, folder: Path, clock: Clock, anchor: Anchor, keep: int = KEEP) -> None:
        self.folder, self.clock, self.anchor, self.keep = folder, clock, anchor, keep
        self.anchored = False
        self.connection = sqlite3.connect(folder / "gate.db", isolation_level=None, timeout=2.0)
        self.connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-512", "foreign_keys=ON"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript((Path(__file__).parent / "schema.sql").read_text())
        if not self.one("SELECT 1 FROM pragma_table_info('proposals') WHERE name = 'things'"):  # written before 0.2
            self.connection.execute("ALTER TABLE proposals ADD COLUMN things TEXT NOT NULL DEFAULT '[]'")
        self._finish_archiving()
        self.seq, self.head = self._tail()
        self.anchored = self.seq == 0 or anchor(self.seq, self.head)

    def all(self, statement: str, *values: object) -> list[sqlite3.Row]:
        return self.connection.execute(statement, values).fetchall()

    def one(self, statement: str, *values: object) -> Any:
        """The first column of the first row, None if there is none."""
        row = self.connection.execute(statement, values).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """A transaction, durable when the block ends; nothing of it remains if the block or the disk fails."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            if self._tail() != (self.seq, self.head):
                raise sqlite3.IntegrityError("the audit log was changed behind the gate's back")
            writer = Writer(self.connection, self.clock, self.seq, self.head)
            yield writer
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        if writer.seq != self.seq:
            self.seq, self.head = writer.seq, writer.head
            self.anchored = self.anchor(self.seq, self.head)

    def setting(self, name: str, default: str = "") -> str:
        value = self.one("SELECT value FROM settings WHERE name = ?", name)
        return default if value is None else str(value)

    def records(self, after: int, limit: int) -> list[Record]:
        rows = self.all("SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
        return [Record(seq=row["seq"], body=row["body"], previous=row["previous"], hash=row["hash"]) for row in rows]

    def keep_in_order(self) -> None:
        """What the ticks are for: send the head again that the journal did not take, archive what is full."""
        self.anchored = self.anchored or self.anchor(self.seq, self.head)
        self.archive()

    def archive(self) -> Path | None:
        """Move the older half of a full log to a file of its own, fsynced before a row is removed; None if not full."""
        if (self.one("SELECT count(*) FROM audit") or 0) <= self.keep:
            return None
        records = self.records(0, self.keep // 2)
        path = self.folder / f"audit-{records[0].seq:012d}.jsonl"
        write_durably(path, "".join(record.line() for record in records).encode())
        self._finish_archiving()
        self._drop_oldest()
        return path

    def _drop_oldest(self) -> None:
        """Beyond MAX_ARCHIVES the oldest go, after the chain says up to where: so a missing beginning is told from a
        stolen one (R30, R41)."""
        surplus = archives(self.folder)[:-MAX_ARCHIVES]
        if surplus:
            seq, head = head_of(surplus[-1])
            with self.writing() as writer:
                writer.record("dropped", up_to=seq, head=head)
            for path in surplus:
                path.unlink()

    def close(self) -> None:
        self.connection.close()

    def _tail(self) -> tuple[int, str]:
        row = self.connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row else archived_head(self.folder) or (0, GENESIS)

    def _finish_archiving(self) -> None:
        head = archived_head(self.folder)
        if head is not None:
            self.connection.execute("DELETE FROM audit WHERE seq <= ?", (head[0],))
