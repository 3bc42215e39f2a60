from __future__ import annotations

import asyncio

import uvicorn

from stillwatch.serve.connections import guarded
from stillwatch.serve.http import _Server
from tests.serve.scene import free_port


async def hello(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def test_a_head_that_does_not_come_ends_the_connection_and_the_oldest_goes_first() -> None:
    port = free_port()
    config = uvicorn.Config(
        hello, port=port, http=guarded(0.3, 2), lifespan="off", log_config=None, timeout_keep_alive=60
    )
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        links = []
        for _ in range(3):
            links.append(await asyncio.open_connection("127.0.0.1", port))
            await asyncio.sleep(0.02)
        first, second, third = (reader for reader, _ in links)
        assert await asyncio.wait_for(first.read(), 0.2) == b""
        links[2][1].write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"204" in await asyncio.wait_for(third.readline(), 1)
        links[1][1].write(b"GET / HT")
        assert await asyncio.wait_for(second.read(), 2) == b""
        await asyncio.wait_for(third.read(), 2)
    finally:
        for _, writer in links:
            writer.close()
        server.should_exit = True
        await serving
