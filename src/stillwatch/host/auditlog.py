"""The gate's audit log as a chain of hashes, and the check whether it is whole. Needs no running gate.

A record's hash covers its body and the hash before it; each hash also goes to the journal, which another user keeps.
So a changed, missing, swapped or added record breaks the chain, and a cut or rewritten tail disagrees with the journal.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stillwatch.errors import NotReachable, StillwatchError

GENESIS: Final = "0" * 64
NO_JOURNAL: Final = "no journal entries of the gate here: truncation cannot be excluded"
BUSY_SECONDS: Final = 10.0
TRIES: Final = 50


class Spoilt(StillwatchError):
    """A line or a row of the log is no record."""

    exit_code = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """body: canonical JSON; hash: over `previous` and body."""

    seq: int
    body: str
    previous: str
    hash: str

    def shown(self) -> dict[str, Any]:
        """As `audit show --json` prints it."""
        return {**json.loads(self.body), "hash": self.hash, "previous": self.previous}

    def line(self) -> str:
        fields = {"seq": self.seq, "body": self.body, "previous": self.previous, "hash": self.hash}
        return canonical(fields) + "\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wholeness:
    """whole: nothing speaks against it; problem: what does, with `seq` where; note: what could not be established."""

    whole: bool
    records: int
    problem: str = ""
    seq: int = 0
    note: str = ""


def link(previous: str, body: str) -> str:
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def canonical(value: object) -> str:
    """The one spelling of a JSON value that is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def archives(folder: Path) -> list[Path]:
    return sorted(folder.glob("audit-*.jsonl"))


def archived_head(folder: Path) -> tuple[int, str] | None:
    """Sequence and hash of the newest archived record."""
    files = archives(folder)
    return head_of(files[-1]) if files else None


def head_of(archive: Path) -> tuple[int, str]:
    """Sequence and hash of its last record."""
    last = json.loads(archive.read_text().splitlines()[-1])
    return int(last["seq"]), str(last["hash"])


def read_records(folder: Path) -> Iterator[Record]:
    """Archives first, then a snapshot of the database; the gate goes on writing meanwhile.

    Raises Spoilt where a line or row cannot be read as a record, NotReachable where there is no log.
    """
    snapshot, last = _snapshot(folder), 0  # first, so that what is archived meanwhile is there once at least
    with contextlib.closing(snapshot):
        for path in archives(folder):
            for line in path.read_bytes().splitlines(keepends=True):
                record = _from_line(path, line)
                last = record.seq
                yield record
        yield from _rows(snapshot, last)


def check(records: Iterator[Record], anchors: Mapping[int, str]) -> Wholeness:
    """Walk the chain and compare with the journal. anchors: sequence → hash, from entries with the gate's _UID only.

    It may begin later than with its first record, if it says itself that what went before was dropped.
    """
    seq, head, newest = 0, GENESIS, 0
    begins, dropped = (0, GENESIS), {(0, GENESIS)}
    try:
        for record in records:
            if head == GENESIS and record.seq > 1:
                begins = seq, head = record.seq - 1, record.previous
            if '"kind":"dropped"' in record.body:
                dropped.add(_dropped(record.body))
            problem = _problem(record, seq, head, anchors.get(record.seq))
            if problem:
                return Wholeness(whole=False, records=seq, problem=problem, seq=seq + 1)
            seq, head = record.seq, record.hash
            newest = seq if seq in anchors else newest
    except Spoilt as spoilt:
        return Wholeness(whole=False, records=seq, problem=str(spoilt), seq=seq + 1)
    if begins not in dropped:
        return Wholeness(whole=False, records=0, problem="record 1 is missing or out of order", seq=1)
    if not anchors:
        return Wholeness(whole=True, records=seq, note=NO_JOURNAL)
    if max(anchors) > seq:
        cut = f"the journal knows record {max(anchors)}, the log ends at {seq}"
        return Wholeness(whole=False, records=seq, problem=cut, seq=seq + 1)
    if newest < seq:
        added = f"record {newest + 1} is not in the journal: added by another hand, or a crash"
        return Wholeness(whole=False, records=seq, problem=added, seq=newest + 1)
    return Wholeness(whole=True, records=seq)


def _problem(record: Record, seq: int, head: str, anchor: str | None) -> str:
    if record.seq != seq + 1:
        return f"record {seq + 1} is missing or out of order"
    if record.previous != head:
        return f"record {record.seq} does not follow the one before it"
    if record.hash != link(head, record.body) or _said_seq(record.body) != record.seq:
        return f"record {record.seq} was changed"
    if anchor is not None and anchor != record.hash:
        return f"record {record.seq} is not the one that the journal knows"
    return ""


def _dropped(body: str) -> tuple[int, str]:
    with contextlib.suppress(ValueError, AttributeError):
        decoded = json.loads(body)
        if decoded.get("kind") == "dropped":
            return int(decoded.get("up_to", 0)), str(decoded.get("head", ""))
    return 0, GENESIS


def _said_seq(body: str) -> object:
    try:
        return json.loads(body).get("seq")
    except (ValueError, AttributeError):
        return None


def _from_line(path: Path, line: bytes) -> Record:
    try:
        fields = json.loads(line)
        return _record(fields["seq"], fields["body"], fields["previous"], fields["hash"])
    except (ValueError, KeyError, TypeError) as error:
        raise Spoilt(f"{path.name} holds a line that is no record") from error


def _record(seq: object, body: object, previous: object, digest: object) -> Record:
    if type(seq) is not int or not (isinstance(body, str) and isinstance(previous, str) and isinstance(digest, str)):
        raise TypeError("no record")
    return Record(seq=seq, body=body, previous=previous, hash=digest)


def _rows(snapshot: sqlite3.Connection, after: int) -> Iterator[Record]:
    try:
        for row in snapshot.execute("SELECT seq, body, previous, hash FROM audit WHERE seq > ? ORDER BY seq", (after,)):
            yield _record(*row)
    except (sqlite3.Error, TypeError) as error:
        raise Spoilt(f"gate.db holds a row that is no record: {error}") from error


def _snapshot(folder: Path) -> sqlite3.Connection:
    """The database of one moment, in memory, by SQLite's own backup: committed records alone, however busy the gate is.

    A database at rest is read as a plain file, so that nothing is made beside it.
    """
    for _ in range(TRIES):
        before = _at_rest(folder)
        try:
            snapshot = _copied(folder / "gate.db", immutable=before is not None)
        except Spoilt:
            if before is None or _at_rest(folder) == before:
                raise
            continue
        if before is None or _at_rest(folder) == before:
            return snapshot
        snapshot.close()  # the gate began to write meanwhile
    raise NotReachable("the audit log changes too fast to be read", next_step="try again")


def _at_rest(folder: Path) -> tuple[int, int] | None:
    """When the database was written last, and its size; None while a write-ahead log lies beside it."""
    try:
        facts = (folder / "gate.db").stat()
    except FileNotFoundError as error:
        step = "start the gate once, or name its --state-dir"
        raise NotReachable(f"no audit log in {folder}", next_step=step) from error
    except PermissionError as error:
        raise NotReachable(f"{folder} may not be read", next_step="run it as root") from error
    return None if (folder / "gate.db-wal").exists() else (facts.st_mtime_ns, facts.st_size)


def _copied(file: Path, *, immutable: bool) -> sqlite3.Connection:
    snapshot = sqlite3.connect(":memory:")
    uri = f"{file.absolute().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as source:
            source.backup(snapshot)
    except sqlite3.OperationalError as error:
        snapshot.close()
        raise NotReachable(f"{file} cannot be read: {error}", next_step="run it as root, or try again") from error
    except sqlite3.Error as error:
        snapshot.close()
        raise Spoilt(f"gate.db is no database: {error}") from error
    return snapshot
