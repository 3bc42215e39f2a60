"""A program that waits for requests and answers each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stillwatch.helpers.forking import AT_ONCE

pytestmark = pytest.mark.process
WAITS = """
import os
from stillwatch.helpers import forking
from stillwatch.helpers.request import serve
forking.IDLE_SECONDS, forking.EACH_SECONDS = {idle}, {each}

def handle(request):
    if request == {{"fault": 1}}:
        raise ZeroDivisionError
    return {{"pid": os.getpid(), "asked": request}}

raise SystemExit(serve(handle, ()))
"""


@contextlib.contextmanager
def waiting(tmp_path: Path, *, idle: float = 60, each: int = 60) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    door, place = socket.socket(socket.AF_UNIX), str(tmp_path / "door")
    with door:
        door.bind(place)
        door.listen()
        program = subprocess.Popen(
            [sys.executable, "-I", "-c", WAITS.format(idle=idle, each=each)],
            stdin=door,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        with program:
            yield program, place
            program.kill()


def connected(place: str) -> socket.socket:
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(60)
    link.connect(place)
    return link


def asked(link: socket.socket, text: bytes) -> bytes:
    with link:
        link.sendall(text)
        link.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: link.recv(65_536), b""))


def test_each_request_has_a_process_of_its_own(tmp_path: Path) -> None:
    with waiting(tmp_path) as (program, place):
        answers = [json.loads(asked(connected(place), b'{"n": %d}' % n)) for n in range(20)]
    assert [one["asked"] for one in answers] == [{"n": n} for n in range(20)]
    pids = {one["pid"] for one in answers}
    assert len(pids) == 20 and program.pid not in pids


def test_r39_a_fault_ends_its_own_process_alone(tmp_path: Path) -> None:
    with waiting(tmp_path) as (_, place):
        assert asked(connected(place), b'{"fault": 1}') == b""
        assert json.loads(asked(connected(place), b"{"))["ok"] is False
        assert json.loads(asked(connected(place), b"{}"))["ok"] is True


def test_r41_slow_callers_hold_up_others_and_end_nothing(tmp_path: Path) -> None:
    with waiting(tmp_path) as (_, place):
        slow = [connected(place) for _ in range(AT_ONCE)]
        late = connected(place)
        late.setblocking(False)
        late.sendall(b"{}")
        late.shutdown(socket.SHUT_WR)
        with pytest.raises(BlockingIOError):
            late.recv(1)
        slow.pop().close()
        late.setblocking(True)
        assert json.loads(late.recv(65_536))["ok"] is True
        for link in [*slow, late]:
            link.close()


def test_r41_who_says_nothing_is_dropped_in_time(tmp_path: Path) -> None:
    with waiting(tmp_path, each=1) as (_, place), connected(place) as silent:
        assert silent.recv(1) == b""
        assert json.loads(asked(connected(place), b"{}"))["ok"] is True


def test_it_ends_where_nobody_asks(tmp_path: Path) -> None:
    with waiting(tmp_path, idle=0.01) as (program, _):
        assert program.wait(60) == 0
