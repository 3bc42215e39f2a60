from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from stillwatch.errors import NotReachable
from stillwatch.host import processes
from tests.support.peeked import as_another_user

DEAD = 4_194_304


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As a user who may not look into the processes of others, where the peek program tells; what it was asked."""
    return as_another_user(monkeypatch, processes)


def test_our_own_listening_socket_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        rows = [row for row in processes.listening() if row["port"] == port]
        assert processes.listening(port)[0]["argv"]
    assert [(row["pid"], row["protocol"], row["address"]) for row in rows] == [(os.getpid(), "tcp", "127.0.0.1")]


def test_a_deleted_file_that_is_held_is_found(tmp_path: Path) -> None:
    with (tmp_path / "held").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 30)
        (tmp_path / "held").unlink()
        held = [row for row in processes.deleted_open() if row["path"] == str(tmp_path / "held")]
    assert (held[0]["pid"], held[0]["size"] >= 1 << 30) == (os.getpid(), True)


def test_a_process_that_is_gone_is_no_row() -> None:
    assert processes.described([DEAD]) == [] == processes.described([])
    assert [processes.lives(pid) for pid in (DEAD, os.getpid(), 1)] == [False, True, True]


def test_where_proc_hides_others_the_peek_program_tells_the_same(told: list[str], tmp_path: Path) -> None:
    mine = [os.getpid()]
    assert processes.table(mine, tmp_path)[0].argv == processes.table(mine)[0].argv != ()
    assert {row.pid for row in processes.table(proc=tmp_path)} >= {1, os.getpid()}
    assert told == ["processes", "processes"]


def test_what_others_hold_is_asked_of_the_peek_program(told: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert processes.listening(server.getsockname()[1])[0]["pid"] == os.getpid()
    assert processes.open_files()[1] == 0 and isinstance(processes.deleted_open(), list)
    assert told == ["listening", "open", "deleted"]


@pytest.mark.parametrize("said", [{}, {"processes": [{"pid": 1}]}, {"processes": 3}])
def test_processes_that_nobody_tells_are_not_seen(
    said: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "peek", lambda request: said)
    with pytest.raises(NotReachable):
        processes.table(proc=tmp_path)
