from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from stillwatch.llm.transport import BadStatus, Broken, Transport, _proxy
from stillwatch.llm.wire import MAX_BODY, Babble
from tests.support.scripted_llm import ScriptedLLM

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.process
def test_importing_the_backend_does_not_load_aiohttp() -> None:
    code = "import sys, stillwatch.llm.tiers; print({'aiohttp', 'openai'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"


class Answering:
    """A server that answers each request with the same bytes and then says no more; `requests` as they came."""

    def __init__(self, answer: bytes, *, hangs_up: bool = False) -> None:
        self._answer, self._hangs_up = answer, hangs_up
        self.requests = list[bytes]()
        self.connections = 0
        self.url = ""

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[tuple[Answering, Transport]]:
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
            async with aclosing(Transport(self.url, "")) as transport:
                yield self, transport

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(self._answer)
                if self._hangs_up:
                    break
        writer.close()


async def read(transport: Transport, url: str) -> bytes:
    async with transport.ask(url) as blocks:
        return b"".join([block async for block in blocks])


async def test_one_connection_carries_one_answer_after_the_other() -> None:
    async with Answering(CHUNKED + b"3\r\none\r\n0\r\n\r\n").serving() as (server, transport):
        for _ in range(3):
            async with transport.ask(server.url) as blocks:
                assert await anext(blocks) == b"one"
        assert (server.connections, len(server.requests)) == (1, 3)


async def test_an_end_that_never_comes_is_not_waited_for() -> None:
    async with Answering(CHUNKED + b"3\r\none\r\n").serving() as (server, transport):
        async with asyncio.timeout(10):
            for _ in range(2):
                async with transport.ask(server.url) as blocks:
                    assert await anext(blocks) == b"one"
        assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", CHUNKED + b"3\r\non", OK + b"Content-Length: 9\r\n\r\none", b"HTTP/1.1 200"],
)
async def test_what_breaks_off_is_broken(answer: bytes) -> None:
    async with Answering(answer, hangs_up=True).serving() as (server, transport):
        with pytest.raises(Broken):
            await read(transport, server.url)


async def test_nobody_there_is_broken() -> None:
    async with Answering(b"").serving() as (server, _):
        url = server.url
    async with aclosing(Transport(url, "")) as transport:
        with pytest.raises(Broken):
            await read(transport, url)


async def test_a_redirect_is_not_followed_and_a_cookie_is_not_kept() -> None:
    async with Answering(OK + b"Content-Length: 0\r\n\r\n").serving() as (other, _):
        away = b"HTTP/1.1 307 Away\r\nLocation: %s\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n" % other.url.encode()
        async with Answering(away).serving() as (server, transport):
            for _ in range(2):
                with pytest.raises(BadStatus, match="HTTP 307"):
                    await read(transport, server.url)
        assert other.requests == []
        assert not any(b"cookie" in request.lower() for request in server.requests)


async def test_the_words_of_a_refusal_are_told_without_control_characters() -> None:
    answer = b"HTTP/1.1 400 Bad\r\nContent-Length: 12\r\n\r\ncontext\x1b[2J\n"
    async with Answering(answer).serving() as (server, transport):
        with pytest.raises(BadStatus) as raised:
            await read(transport, server.url)
    assert raised.value.status == 400 and str(raised.value) == "HTTP 400: context [2J "


async def test_a_refusal_without_end_is_babble() -> None:
    answer = b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY * 2) + b"x" * (MAX_BODY + 1)
    async with Answering(answer).serving() as (server, transport):
        with pytest.raises(Babble):
            await read(transport, server.url)


@pytest.mark.parametrize("said", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_what_is_no_json_is_babble(said: bytes) -> None:
    async with Answering(OK + b"Content-Length: %d\r\n\r\n%s" % (len(said), said)).serving() as (server, transport):
        with pytest.raises(Babble):
            await transport.fetch(server.url)


async def test_the_key_goes_along_and_none_where_there_is_none() -> None:
    with ScriptedLLM(key="right") as server:
        async with aclosing(Transport(server.url, "right")) as transport:
            assert (await transport.fetch(f"{server.url}/models"))["data"]
    async with Answering(OK + b"Content-Length: 2\r\n\r\n{}").serving() as (plain, transport):
        await transport.fetch(plain.url)
        assert b"authorization" not in plain.requests[0].lower()


async def test_a_text_that_is_no_unicode_still_goes_out() -> None:
    async with Answering(OK + b"Content-Length: 2\r\n\r\n{}").serving() as (server, transport):
        assert await transport.fetch(server.url, {"content": "\udc80"}) == {}


async def test_a_closed_transport_opens_again() -> None:
    async with Answering(OK + b"Content-Length: 2\r\n\r\n{}").serving() as (server, transport):
        for _ in range(2):
            assert await transport.fetch(server.url) == {}
            await transport.aclose()
        assert server.connections == 2


async def test_loopback_is_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "inside.example")
    async with Answering(OK + b"Content-Length: 2\r\n\r\n{}").serving() as (server, transport):
        assert await transport.fetch(server.url) == {}
    assert _proxy("http://localhost:8080/v1") is None and _proxy("http://[::1]:8080/v1") is None
    assert _proxy("https://inside.example/v1") is None
    assert _proxy("https://models.example/v1") == "http://127.0.0.1:1"
