from __future__ import annotations

import asyncio
import contextlib
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from stillwatch.serve.http import connections
from stillwatch.serve.http.connections import DESCRIPTORS, MOST_HALF_OPEN, guarded
from stillwatch.serve.server import BACKLOG, _Server
from tests.serve.scene import free_port

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
MUCH = b"x" * (24 << 20)


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Little for /, much for /much, and nothing before the body has come for /body."""
    body = MUCH if scope["path"] == "/much" else b""
    while scope["path"] == "/body" and (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


class Listening(int):
    """A port, and the connections that its server holds."""

    def __new__(cls, port: int, connections: set[Any]) -> Listening:
        self = super().__new__(cls, port)
        self.connections = connections
        return self

    connections: set[Any]


@contextlib.asynccontextmanager
async def server(**bounds: Any) -> AsyncIterator[Listening]:
    port = free_port()
    config = uvicorn.Config(
        hello, port=port, http=guarded(**bounds), lifespan="off", log_config=None, timeout_keep_alive=60
    )
    running = _Server(config)
    task = asyncio.ensure_future(running.serve())
    while not running.started:
        await asyncio.sleep(0.01)
    try:
        yield Listening(port, running.server_state.connections)
    finally:
        running.should_exit = True
        await task


async def connect(port: int, said: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    return reader, writer


async def end_of(reader: asyncio.StreamReader, seconds: float = 5.0) -> bytes:
    async with asyncio.timeout(seconds):
        with contextlib.suppress(ConnectionError):
            return await reader.read()
    return b""


@pytest.mark.parametrize("said", [b"", b"GET / HT", GET[:-2], GET + b"GET"])
async def test_a_head_that_does_not_come_ends_the_connection(said: bytes) -> None:
    async with server(seconds=0.2) as port:
        reader, writer = await connect(port, said)
        await end_of(reader)
        writer.close()


async def test_a_head_that_drips_has_no_more_time() -> None:
    async with server(seconds=0.3) as port:
        reader, writer = await connect(port, b"GET / HTTP/1.1\r\nX: ")

        async def drip() -> None:
            while True:
                writer.write(b"y")
                await asyncio.sleep(0.02)

        dripping = asyncio.ensure_future(drip())
        assert await end_of(reader) == b""
        dripping.cancel()
        writer.close()


async def test_the_one_that_waits_longest_goes_first() -> None:
    async with server(seconds=60, most=2) as port:
        first, second, third = [await connect(port) for _ in range(3)]
        assert await end_of(first[0]) == b""
        for reader, writer in (third, second):
            writer.write(GET)
            assert b"200" in await asyncio.wait_for(reader.readline(), 5)
        for _, writer in (first, second, third):
            writer.close()


async def test_a_request_under_way_is_not_sent_away() -> None:
    slow = b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
    async with server(seconds=0.2, most=1) as port:
        reader, writer = await connect(port, GET)
        await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 5)
        writer.write(slow)
        await writer.drain()
        other, _ = await connect(port)
        await end_of(other)
        writer.write(b"ab")
        assert b"200" in await asyncio.wait_for(reader.readline(), 5)
        writer.close()


async def test_requests_that_do_not_wait_for_their_answers_get_one() -> None:
    async with server(seconds=60) as port:
        reader, writer = await connect(port, GET * 1_000)
        assert (await end_of(reader)).count(b"HTTP/1.1 200") == 1
        writer.close()


async def test_a_reader_that_takes_nothing_is_sent_away_and_one_that_reads_is_not() -> None:
    async with server(seconds=60, read_seconds=3) as port:
        much = GET.replace(b"/ ", b"/much ", 1)
        stuck = await connect(port, much)
        stuck[1].transport.pause_reading()  # type: ignore[attr-defined]
        reads = await connect(port, much.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert len(await end_of(reads[0], 20)) > len(MUCH)
        async with asyncio.timeout(60):
            while port.connections:
                await asyncio.sleep(0.01)
        stuck[1].transport.resume_reading()  # type: ignore[attr-defined]
        assert len(await end_of(stuck[0], 20)) < len(MUCH)
        for _, writer in (stuck, reads):
            writer.close()


async def test_few_may_be_stuck() -> None:
    async with server(seconds=60, read_seconds=60, most_stuck=1) as port:
        links = []
        for _ in range(3):
            links.append(await connect(port, GET.replace(b"/ ", b"/much ", 1)))
            links[-1][1].transport.pause_reading()  # type: ignore[attr-defined]
        alive, cut = links[-1], links[:-1]
        for reader, writer in cut:
            writer.transport.resume_reading()  # type: ignore[attr-defined]
            assert len(await end_of(reader, 20)) < len(MUCH)
        alive[1].transport.resume_reading()  # type: ignore[attr-defined]
        assert len(await asyncio.wait_for(alive[0].readexactly(len(MUCH)), 20)) == len(MUCH)
        for _, writer in links:
            writer.close()


def test_one_turn_of_the_loop_accepts_no_more_than_there_is_room_for() -> None:
    assert BACKLOG <= MOST_HALF_OPEN < DESCRIPTORS // 2


@pytest.mark.parametrize(
    ("soft", "hard", "expected"), [(64, 256, "256 128"), (256, DESCRIPTORS * 2, f"{DESCRIPTORS} {MOST_HALF_OPEN}")]
)
def test_room_is_made_within_what_the_system_allows(soft: int, hard: int, expected: str) -> None:
    program = (
        "import resource, sys; from stillwatch.serve.http.connections import room_for_connections as room\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))\n"
        "most = room(); print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], most)"
    )
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip("this machine lets a process open fewer files")
    argv = [sys.executable, "-c", program, str(soft), str(hard)]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip() == expected


async def test_r25_no_more_than_a_head_is_parsed_in_one_turn_of_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of what follows a head to which the answer was given at once, nothing at all."""
    sizes, received = list[int](), H11Protocol.data_received

    def noting(self: Any, data: bytes) -> None:
        sizes.append(len(data))
        received(self, data)

    monkeypatch.setattr(H11Protocol, "data_received", noting)
    head = b"POST /body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with server() as port, asyncio.timeout(20):
        for path, most in ((b"/body", 200_000), (b"/", connections.HEAD_BYTES)):
            sizes.clear()
            said = head.replace(b"/body", path) + b"1\r\na\r\n" * 30_000 + b"0\r\n\r\n"
            reader, writer = await connect(port, said)
            assert b" 200 " in await reader.readline()
            writer.close()
            assert max(sizes) <= connections.HEAD_BYTES and sum(sizes) <= most
            assert path == b"/" or sum(sizes) == len(said), "who is listened to is heard to the end"
