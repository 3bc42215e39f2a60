from __future__ import annotations

import json
import sqlite3

import pytest

from stillwatch.gate import database as database_module
from stillwatch.gate.database import GateDatabase
from stillwatch.host.auditlog import archives, check, read_records
from tests.gate.stage import StillClock
from tests.support.facts import facts


def opened(folder, **more):
    return GateDatabase(folder, StillClock(), lambda seq, digest: True, **more)


def test_r29_every_write_is_on_disk(tmp_path):
    database = opened(tmp_path)
    assert database.one("PRAGMA journal_mode") == "wal"
    assert database.one("PRAGMA synchronous") == 2


def test_r29_nothing_remains_of_a_transaction_that_fails(tmp_path):
    database = opened(tmp_path)
    with pytest.raises(ValueError, match="half-way"), database.writing() as writer:
        writer.execute("INSERT INTO settings VALUES ('a', 'b')")
        writer.record("intent")
        raise ValueError("half-way")
    assert database.setting("a", "none") == "none"
    assert (database.seq, database.records(0, 9)) == (0, [])
    with database.writing() as writer:
        writer.record("intent")
    assert database.seq == 1


def test_a_transaction_without_a_record_moves_no_head(tmp_path):
    database = opened(tmp_path)
    with database.writing() as writer:
        writer.execute("INSERT INTO settings VALUES ('a', 'b')")
    assert (database.setting("a"), database.seq) == ("b", 0)


def test_r29_a_commit_that_fails_leaves_nothing(tmp_path):
    database = opened(tmp_path)
    real = database.connection

    class NoCommit:
        def execute(self, statement, values=()):
            if statement == "COMMIT":
                real.execute("ROLLBACK")
                raise sqlite3.OperationalError("disk I/O error")
            return real.execute(statement, values)

        def __getattr__(self, name):
            return getattr(real, name)

    database.connection = NoCommit()
    with pytest.raises(sqlite3.OperationalError), database.writing() as writer:
        writer.record("intent")
    assert database.seq == 0


def test_r30_the_head_is_sent_again_at_the_start(tmp_path):
    first = opened(tmp_path)
    with first.writing() as writer:
        writer.record("paused")
    first.close()
    sent = []
    again = GateDatabase(tmp_path, StillClock(), lambda seq, digest: bool(sent.append((seq, digest))))
    assert sent == [(1, again.head)]
    assert not again.anchored


def test_r30_a_head_that_the_journal_did_not_take_is_sent_until_it_does(tmp_path):
    taken = iter([False, False, True])
    database = GateDatabase(tmp_path, StillClock(), lambda seq, digest: next(taken))
    with database.writing() as writer:
        writer.record("paused")
    for anchored in (False, False, True):
        assert database.anchored is anchored
        database.keep_in_order()


def test_r30_a_log_that_was_changed_behind_the_gates_back_is_not_built_upon(tmp_path):
    database = opened(tmp_path)
    with database.writing() as writer:
        writer.record("paused")
    database.connection.execute("UPDATE audit SET hash = 'forged'")
    with pytest.raises(sqlite3.IntegrityError, match="audit log"), database.writing() as writer:
        writer.record("resumed")
    assert database.one("SELECT count(*) FROM audit") == 1


def test_a_full_log_is_archived_before_a_row_is_removed_and_the_chain_goes_on(tmp_path):
    database = opened(tmp_path, keep=20)
    for _ in range(21):
        with database.writing() as writer:
            writer.record("paused")
    assert database.archive().name == "audit-000000000001.jsonl"
    assert database.archive() is None
    kept = database.records(0, 100)
    assert [record.seq for record in kept] == list(range(11, 22))
    archived = (tmp_path / "audit-000000000001.jsonl").read_text().splitlines()
    assert (len(archived), json.loads(archived[-1])["hash"]) == (10, kept[0].previous)


def test_a_database_of_an_earlier_version_gets_what_is_new(tmp_path):
    database = opened(tmp_path)
    database.connection.execute("ALTER TABLE proposals DROP COLUMN things")
    database.close()
    assert opened(tmp_path).all("SELECT things FROM proposals") == []


def filled(folder, count, keep=10):
    database = opened(folder, keep=keep)
    for number in range(count):
        with database.writing() as writer:
            writer.record("decided", number=number)
        database.archive()
    return database


def test_r41_archives_are_bounded_and_the_chain_says_where_it_begins(tmp_path, monkeypatch):
    monkeypatch.setattr(database_module, "MAX_ARCHIVES", 3)
    database = filled(tmp_path, 80)
    assert len(archives(tmp_path)) <= 3
    seen = check(read_records(tmp_path), {database.seq: database.head})
    assert (seen.whole, seen.problem) == (True, "")
    database.close()
    assert opened(tmp_path).seq == database.seq
    archives(tmp_path)[0].unlink()
    stolen = check(read_records(tmp_path), {})
    assert (stolen.whole, stolen.seq) == (False, 1), "a beginning that no record lets go"


def test_r30_a_missing_first_record_is_found(tmp_path):
    database = filled(tmp_path, 5, keep=100)
    database.connection.execute("DELETE FROM audit WHERE seq = 1")
    database.close()
    found = check(read_records(tmp_path), {})
    assert (found.whole, found.records, found.seq, facts(found.problem)) == (False, 0, 1, ["1"])
