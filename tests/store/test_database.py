from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.store.database import Database, migrations, statements
from stillwatch.store.store import Store


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store = Store.open(tmp_path / "state")
        store.set_cursor("c")
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "state").iterdir()}
    finally:
        os.umask(old)
    assert set(modes.values()) == {0o600}
    assert "stillwatch.db-wal" in modes


def test_all_or_nothing_and_nested_transactions_join(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with pytest.raises(RuntimeError), store.transaction():
        store.set_cursor("one")
        with store.transaction():
            store.set_fact("x", "y")
        raise RuntimeError
    assert (store.cursor(), store.fact("x")) == ("", "")
    with store.transaction():
        store.set_cursor("two")
    assert store.cursor() == "two"


def test_a_newer_schema_a_damaged_file_and_a_foreign_file_are_told_clearly(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with sqlite3.connect(tmp_path / "stillwatch.db") as raw:
        raw.execute("PRAGMA user_version=999")
    with pytest.raises(StillwatchError, match="newer Stillwatch"):
        Store.open(tmp_path)
    (tmp_path / "bad").write_bytes(os.urandom(8192))
    with pytest.raises(StillwatchError, match="damaged"):
        Database.open(tmp_path / "bad")
    with pytest.raises(NotReachable):
        Database.open(tmp_path)


def test_read_only_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotReachable):
        Store.open(tmp_path / "none", read_only=True)
    assert list(tmp_path.iterdir()) == []
    writer = Store.open(tmp_path)
    writer.set_cursor("c")
    reader = Store.open(tmp_path, read_only=True)
    assert reader.cursor() == "c"
    with pytest.raises(NotReachable, match="read-only"):
        reader.set_cursor("d")


def test_it_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "stillwatch.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotReachable):
        Store.open(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_migrations_run_one_by_one_from_any_version(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as raw:
        for statement in statements(migrations()[0]):
            raw.execute(statement)
        raw.execute("INSERT INTO fact VALUES ('kept', 'yes')")
        raw.execute("PRAGMA user_version=1")
    database = Database.open(path)
    assert database.value("PRAGMA user_version") == len(migrations())
    assert database.value("SELECT value FROM fact WHERE name='kept'") == "yes"
    assert database.problems() == []


@pytest.mark.process
def test_two_processes_open_at_once(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from stillwatch.store.store import Store; "
        f"Store.open(Path({str(tmp_path)!r})).book.next_id()"
    )
    children = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [child.wait(60) for child in children] == [0] * 4
    assert Store.open(tmp_path).book.next_id() == "I5"


WRITER = """
import sys
from pathlib import Path
from stillwatch.store.store import Store
from tests.store.build import incident
store = Store.open(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    with store.transaction():
        store.book.save(incident(store.book.next_id(), summary=str(number)))
        store.set_cursor(str(number))
    if number == 1:
        print("go", flush=True)
"""


@pytest.mark.process
@pytest.mark.parametrize("wait", [0.0, 0.03, 0.1])
def test_kill_9_in_the_middle_leaves_cursor_and_incidents_of_one_transaction(tmp_path: Path, wait: float) -> None:
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"go\n"
    time.sleep(wait)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    store = Store.open(tmp_path)
    assert store.database.problems() == []
    (last,) = store.book.recent(1)
    assert store.cursor() == last.summary
    assert len(store.book.open_incidents()) == int(store.cursor()) >= 1
