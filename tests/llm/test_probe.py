from __future__ import annotations

import asyncio
import os
import socket

import pytest

from stillwatch.llm import probe
from tests.support.scripted_llm import ScriptedLLM


def test_names_who_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = probe.listener_on(server.getsockname()[1])
        assert listener is not None
        assert (listener.pid, listener.ours) == (os.getpid(), True)
        port = server.getsockname()[1]
    assert probe.listener_on(port) is None


async def test_gets_an_object() -> None:
    with ScriptedLLM(key="k", context=99) as server:
        status, properties = await probe.get(server.port, "/props", "k")
        assert (status, properties["default_generation_settings"]["n_ctx"]) == (200, 99)
        assert (await probe.get(server.port, "/props", "wrong"))[0] == 401


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n\r\n[1]", b"HTTP/x y\r\n\r\n", b"\xff" * 9]
)
async def test_what_is_no_model_server_gives_nothing(said: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    status, value = await probe.get(server.sockets[0].getsockname()[1], "/props", patience=1)
    assert value == {}
    assert status in (0, 200)
    server.close()


async def test_silence_and_floods_end() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(flood, "127.0.0.1", 0)
    assert await probe.get(server.sockets[0].getsockname()[1], "/props") == (0, {})
    server.close()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert await probe.get(silent.getsockname()[1], "/props", patience=0.1) == (0, {})
    assert await probe.get(1, "/props") == (0, {})
