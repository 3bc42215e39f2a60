from __future__ import annotations

import json
import random
import sqlite3
import threading

import pytest

from stillwatch.errors import NotReachable
from stillwatch.gate.database import GateDatabase
from stillwatch.host import auditlog as audit
from stillwatch.host.auditlog import NO_JOURNAL, Record, check, link, read_records
from tests.gate.stage import StillClock
from tests.support.facts import facts


class Journal(dict):
    """What journald would keep: sequence → hash."""

    def __call__(self, seq, digest):
        self[seq] = digest
        return True


def a_log(folder, records=40, keep=50_000):
    journal = Journal()
    database = GateDatabase(folder, StillClock(), journal, keep)
    for number in range(records):
        with database.writing() as writer:
            writer.record("decided", target=f"web{number}.service", because="because")
        database.archive()
    return database, journal


def test_r30_a_whole_log_is_whole(tmp_path):
    _, journal = a_log(tmp_path)
    assert check(read_records(tmp_path), journal) == audit.Wholeness(whole=True, records=40)


def test_r30_without_a_journal_it_says_what_it_cannot_know(tmp_path):
    a_log(tmp_path)
    found = check(read_records(tmp_path), {})
    assert (found.whole, found.note) == (True, NO_JOURNAL)


def test_an_empty_log_is_whole(tmp_path):
    a_log(tmp_path, records=0)
    assert check(read_records(tmp_path), {}).whole


def forge(previous, seq, **fields):
    body = audit.canonical({"seq": seq, "at": 1.0, "kind": "decided", **fields})
    return Record(seq=seq, body=body, previous=previous, hash=link(previous, body))


def tampered(dice, records):
    """One random change of a kind that somebody with write access could make, the clever ones among them."""
    records = list(records)
    where = dice.randrange(len(records))
    victim = records[where]
    kind = dice.choice(("body", "hash", "previous", "seq", "cut", "swap", "insert", "truncate", "rechain", "append"))
    if kind in ("body", "hash", "previous"):
        text = getattr(victim, kind)
        place = dice.randrange(len(text))
        sign = chr(ord(text[place]) ^ dice.randrange(1, 7)) if text[place] != "\x00" else "x"
        records[where] = replace(victim, **{kind: text[:place] + sign + text[place + 1 :]})
    elif kind == "seq":
        records[where] = replace(victim, seq=victim.seq + dice.choice((-1, 1, 1000)))
    elif kind == "cut":
        del records[where]
    elif kind == "swap":
        other = dice.choice([each for each in range(len(records)) if each != where])
        records[where], records[other] = records[other], records[where]
    elif kind == "insert":
        records.insert(where, forge(victim.previous, victim.seq))
    elif kind == "truncate":
        del records[where:]
    elif kind == "rechain":
        records[where] = forge(victim.previous, victim.seq, changed=True)
        for later in range(where + 1, len(records)):
            old = records[later]
            records[later] = Record(
                seq=old.seq,
                body=old.body,
                previous=records[later - 1].hash,
                hash=link(records[later - 1].hash, old.body),
            )
    else:
        records.append(forge(records[-1].hash, records[-1].seq + 1))
    return records


def replace(record, **fields):
    parts = {"seq": record.seq, "body": record.body, "previous": record.previous, "hash": record.hash, **fields}
    return Record(**parts)


def tamper(records, journal, seed, count):
    dice = random.Random(seed)
    missed = []
    for _ in range(count):
        changed = tampered(dice, records)
        if check(changed, journal).whole:
            missed.append(changed)
    return len(missed)


def test_r30_ten_thousand_tamperings_are_found(tmp_path):
    _, journal = a_log(tmp_path, records=20)
    assert tamper(list(read_records(tmp_path)), journal, 7, 10_000) == 0


@pytest.mark.soak
def test_r30_a_hundred_thousand_tamperings_are_found(tmp_path):
    _, journal = a_log(tmp_path)
    assert tamper(list(read_records(tmp_path)), journal, 8, 100_000) == 0


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE audit SET body = replace(body, 'web7.', 'web8.') WHERE seq = 8", 8),
        ("DELETE FROM audit WHERE seq = 20", 20),
        ("DELETE FROM audit WHERE seq > 35", 36),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET seq = seq + 1000 WHERE seq = 40", 40),
        ("UPDATE audit SET body = x'00ff' WHERE seq = 3", 3),
        ("UPDATE audit SET body = '7' WHERE seq = 3", 3),
        ("UPDATE audit SET body = '{' WHERE seq = 3", 3),
    ],
)
def test_r30_it_says_where_in_the_file(tmp_path, statement, where):
    database, journal = a_log(tmp_path)
    database.connection.execute(statement)
    found = check(read_records(tmp_path), journal)
    assert (found.whole, found.seq) == (False, where)
    assert found.problem


def test_r30_a_file_that_is_no_database_is_not_whole(tmp_path):
    database, journal = a_log(tmp_path)
    database.close()
    (tmp_path / "gate.db").write_bytes(b"x" * 9000)
    assert not check(read_records(tmp_path), journal).whole


def test_the_log_is_archived_and_never_dropped(tmp_path):
    database, journal = a_log(tmp_path, records=95, keep=20)
    assert database.one("SELECT count(*) FROM audit") <= 20
    assert len(audit.archives(tmp_path)) >= 7
    assert check(read_records(tmp_path), journal).records == 95
    database.close()
    again = GateDatabase(tmp_path, StillClock(), journal, 20)
    with again.writing() as writer:
        writer.record("paused", by="me")
    assert check(read_records(tmp_path), journal) == audit.Wholeness(whole=True, records=96)


def test_a_crash_while_archiving_loses_and_doubles_nothing(tmp_path):
    database, journal = a_log(tmp_path, records=30)
    records = database.records(0, 10)
    (tmp_path / "audit-000000000001.jsonl").write_text("".join(record.line() for record in records))
    assert check(read_records(tmp_path), journal).whole
    database.close()
    GateDatabase(tmp_path, StillClock(), journal)
    assert check(read_records(tmp_path), journal) == audit.Wholeness(whole=True, records=30)


@pytest.mark.parametrize("spoil", [b"{}\n", b"\xff\n", b"7\n", b'{"seq":"1","body":"","previous":"","hash":""}\n'])
def test_r30_a_spoilt_archive_is_found(tmp_path, spoil):
    database, journal = a_log(tmp_path, records=95, keep=20)
    file = audit.archives(tmp_path)[2]
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:4], spoil, *lines[5:]]))
    found = check(read_records(tmp_path), journal)
    assert (found.whole, found.seq) == (False, 25)
    database.close()


def test_no_log_is_not_a_whole_log(tmp_path):
    with pytest.raises(NotReachable):
        list(read_records(tmp_path))


def test_a_gate_at_work_is_read_as_of_one_moment(tmp_path):
    """Records, archives and checkpoints come meanwhile: no reading breaks, and each ends with a whole chain."""
    database, journal = a_log(tmp_path, records=30, keep=20)
    stop = threading.Event()

    def work():
        mine = GateDatabase(tmp_path, StillClock(), journal, 20)
        number = 0
        while not stop.is_set():
            with mine.writing() as writer:
                writer.record("decided", target=f"busy{number}.service")
            if number % 3 == 0:
                mine.archive()
            if number % 5 == 0:
                mine.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            number += 1
        mine.close()

    database.close()
    gate = threading.Thread(target=work)
    gate.start()
    try:
        counts = [check(read_records(tmp_path), {})]
        while counts[-1].whole and counts[-1].records < 60:
            counts.append(check(read_records(tmp_path), {}))
    finally:
        stop.set()
        gate.join()
    assert all(one.whole for one in counts), [one.problem for one in counts if not one.whole]
    assert counts[-1].records >= 60


def test_a_log_that_may_not_be_read_is_said_so(tmp_path, monkeypatch):
    a_log(tmp_path)

    def forbidden(*_, **__):
        raise PermissionError(13, "no")

    monkeypatch.setattr(type(tmp_path), "stat", forbidden)
    with pytest.raises(NotReachable, match=str(tmp_path)):
        list(read_records(tmp_path))


def test_a_log_that_cannot_be_opened_is_said_so(tmp_path):
    (tmp_path / "gate.db").mkdir()
    with pytest.raises(NotReachable, match=str(tmp_path)):
        list(read_records(tmp_path))


def test_reading_touches_no_file_of_the_gate(tmp_path):
    database, _ = a_log(tmp_path)
    database.close()
    before = sorted(tmp_path.iterdir())
    list(read_records(tmp_path))
    assert sorted(tmp_path.iterdir()) == before


def test_the_gate_writes_nothing_on_top_of_a_log_that_was_changed(tmp_path):
    database, _ = a_log(tmp_path)
    database.connection.execute("DELETE FROM audit WHERE seq = 40")
    with pytest.raises(sqlite3.IntegrityError, match="audit log"), database.writing() as writer:
        writer.record("intent")


def test_a_record_is_shown_with_its_hashes(tmp_path):
    database, _ = a_log(tmp_path, records=1)
    shown = database.records(0, 5)[0].shown()
    assert (shown["seq"], shown["kind"], shown["previous"]) == (1, "decided", audit.GENESIS)
    assert shown["hash"] == link(audit.GENESIS, database.records(0, 5)[0].body)
    assert json.dumps(shown)


@pytest.mark.parametrize("body", ["no json", "7", '{"seq":2}'])
def test_r30_a_body_that_is_none_is_found_even_with_a_fitting_hash(body):
    record = Record(seq=1, body=body, previous=audit.GENESIS, hash=link(audit.GENESIS, body))
    found = check([record], {1: record.hash})
    assert (found.whole, found.seq, facts(found.problem)) == (False, 1, ["1"])
