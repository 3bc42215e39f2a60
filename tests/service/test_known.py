from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from stillwatch.errors import NotReachable, StillwatchError, WrongUsage
from stillwatch.records.report import Report
from stillwatch.service.known import Known
from stillwatch.service.one_pass import OnePass
from tests.serve.local.test_server import known_service, listening


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[tuple[OnePass, Known]]:
    """The service of a daemon that knows of one incident, and a client of it with an empty state of its own."""
    built = await known_service(tmp_path / "own")
    async with listening(built, tmp_path) as path:
        yield built, Known(path)


async def test_each_verb_gives_what_the_daemons_service_gives(daemon: tuple[OnePass, Known]) -> None:
    built, client = daemon
    assert await asyncio.to_thread(client.answers)
    status: Report = await asyncio.to_thread(lambda: asyncio.run(client.status()))
    assert status == await built.status()
    assert await asyncio.to_thread(client.incidents) == built.incidents()
    assert await asyncio.to_thread(client.incident, "I1") == built.incident("I1")
    muted = await asyncio.to_thread(lambda: client.mute(incident_id="I1", rule=None, until=2e9, by="x"))
    assert muted.startswith("I1 is muted")
    assert await asyncio.to_thread(client.mutes) == built.mutes() != []
    await asyncio.to_thread(client.unmute, "I1")
    assert built.mutes() == []
    await asyncio.to_thread(client.note, "a fact", "x")
    (note,) = await asyncio.to_thread(client.notes)
    assert (note.text, [note]) == ("a fact", list(built.notes()))
    await asyncio.to_thread(client.forget, note.id)
    assert built.notes() == []
    closed = await asyncio.to_thread(client.close, "I1", "x")
    assert closed.state == "resolved" and closed.history[-1].by != "x" and built.incidents() == []


async def test_errors_come_back_as_they_were_raised(daemon: tuple[OnePass, Known]) -> None:
    built, client = daemon
    with pytest.raises(WrongUsage) as raised:
        built.incident("I9")
    with pytest.raises(StillwatchError) as came:
        await asyncio.to_thread(client.incident, "I9")
    assert (str(came.value), came.value.exit_code) == (str(raised.value), 2)


@contextmanager
def saying(path: Path, answer: bytes | None) -> Iterator[None]:
    """A daemon of another kind: answers with these bytes and closes, or says nothing for ever."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        links: list[socket.socket] = []

        def serve() -> None:
            try:
                link, _ = server.accept()
            except OSError:
                return
            links.append(link)
            if answer is not None:
                link.recv(65_536)
                link.sendall(answer)
                link.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        for link in links:
            link.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"what?\n",
        b"\xff\xff\n",
        b"[1, 2]\n",
        b"null\n",
        b'{"result": 7}\n',
        b'{"result": [{"id": 1}]}\n',
        b'{"error": "no"}\n',
        b'{"error": {"message": "no"}}\n',
        b'{"progress": "half',
        b'{"progress": "and no more"}\n',
    ],
)
def test_a_daemon_that_answers_oddly_is_not_reachable(tmp_path: Path, answer: bytes) -> None:
    path = tmp_path / "s"
    with saying(path, answer), pytest.raises(NotReachable):
        Known(path).incidents()


def test_a_daemon_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    with saying(path, None):
        client: Any = Known(path)
        with pytest.raises(NotReachable, match=str(path)):
            client._ask("incidents", list, None, 0.1)


@pytest.mark.parametrize("left_behind", [True, False])
def test_no_daemon_does_not_answer(tmp_path: Path, left_behind: bool) -> None:
    path = tmp_path / "s"
    if left_behind:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    assert not Known(path).answers()
    with pytest.raises(NotReachable):
        Known(path).incidents()
