from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stillwatch.host.peek import listed, peek

Answers = Callable[[bytes], Path]


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answers]:
    """A program behind a socket that reads one request and says what a test tells it to."""
    door = tmp_path / "peek.sock"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(door))
    server.listen()

    def start(said: bytes) -> Path:
        def serve() -> None:
            link, _ = server.accept()
            with link, contextlib.suppress(OSError):
                while link.recv(65_536):
                    pass
                link.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        return door

    yield start
    server.close()


def test_an_answer_of_the_right_owner(answers: Answers) -> None:
    said = b'{"ok": true, "rows": [{"a": 1}, 2, null]}\n'
    answer = peek({"see": "port", "port": 80}, answers(said), owner=os.getuid())
    assert listed(answer, "rows") == [{"a": 1}]
    assert listed(answer, "none") == []
    assert listed({"rows": "x"}, "rows") == []


@pytest.mark.parametrize(
    "said", [b"", b"{", b"[1]", b'{"ok": false, "rows": []}', b'{"ok": 1}', b"\xff\xfe", b"[" * 50_000]
)
def test_a_refusal_or_nonsense_is_no_answer(answers: Answers, said: bytes) -> None:
    assert peek({"see": "port"}, answers(said), owner=os.getuid()) == {}


def test_somebody_else_behind_the_socket_is_told_nothing(answers: Answers) -> None:
    assert peek({"see": "port"}, answers(b'{"ok": true}'), owner=os.getuid() + 1) == {}


def test_no_such_program(tmp_path: Path) -> None:
    assert peek({"see": "port"}, tmp_path / "none.sock") == {}
