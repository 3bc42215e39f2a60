"""Requests that are none, that mean two things, or that want another protocol: on a real wire, with a valid key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stillwatch.serve.http.connections import HEAD_BYTES
from tests.serve.scene import Scene, script, serving
from tests.support.scripted_llm import ScriptedLLM

pytestmark = pytest.mark.process

SMUGGLED = b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer KEY\r\n\r\n"
NO_REQUESTS = {
    "nothing": b"\r\n\r\n",
    "words": b"hello there\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /health\r\n\r\n",
    "HTTP/1.1 misspelt": b"GET /health HTTP/1.1x\r\nHost: localhost\r\n\r\n",
    "NUL in the target": b"GET /health\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "NUL in a header": b"GET /health HTTP/1.1\r\nHost: local\x00host\r\n\r\n",
    "NUL in a name": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX\x00: y\r\n\r\n",
    "lone CR": b"GET /health HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
    "space before the colon": b"GET /health HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "a header without a name": b"GET /health HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n",
    "a fold before any header": b"GET /health HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "no Host": b"GET /health HTTP/1.1\r\n\r\n",
    "no Host, HTTP/1.0": b"GET /health HTTP/1.0\r\n\r\n",
    "two Hosts": b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "a target elsewhere": b"GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a target with our name": b"GET http://localhost/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a tunnel": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "the server itself": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a target without a slash": b"GET health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bytes in the target": b"GET /h\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long head": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * HEAD_BYTES + b"\r\n\r\n",
    "a long target": b"GET /" + b"y" * HEAD_BYTES + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long query": b"GET /health?" + b"y" * HEAD_BYTES + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "many headers": b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"a: b\r\n" * 10_000 + b"\r\n",
    "a head without an end": b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X: yyyyyyyyyyyy\r\n" * 2_000,
}
TWO_FRAMES = {
    "both": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "both, the other way round": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n",
    "two lengths in one": b"Content-Length: 5, 6\r\n",
    "a length with a sign": b"Content-Length: +5\r\n",
    "a negative length": b"Content-Length: -1\r\n",
    "a length in hex": b"Content-Length: 0x5\r\n",
    "a length with a space": b"Content-Length: 5 5\r\n",
    "a length in other digits": "Content-Length: ٥\r\n".encode(),
    "an empty length": b"Content-Length: \r\n",
    "two codings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "a list of codings": b"Transfer-Encoding: gzip, chunked\r\n",
    "chunked, then not": b"Transfer-Encoding: chunked, identity\r\n",
    "a coding misspelt": b"Transfer-Encoding: xchunked\r\n",
    "a coding in quotes": b'Transfer-Encoding: "chunked"\r\n',
    "a coding after a tab": b"Transfer-Encoding: \x0bchunked\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n",
    "a coding that is folded": b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n",
    "no coding": b"Transfer-Encoding: identity\r\n",
}
CHUNKS = [b"+5\r\nhello\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"5\r\nhelloX0\r\n\r\n"]
CHUNKS += [b"-1\r\n\r\n", b"f" * 40 + b"\r\n", b"\r\n", b"5 5\r\nhello\r\n0\r\n\r\n", b"5;" + b"x" * 20_000 + b"\r\n"]
UPGRADES = [
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n",
    b"Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n",
]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as running:
            yield running


async def say(scene: Scene, sent: bytes) -> bytes:
    """All that comes back until the server closes: it must, and soon."""
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.port)
    writer.write(sent.replace(b"KEY", scene.key.encode()))
    try:
        async with asyncio.timeout(8):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def good(answers: bytes) -> int:
    return answers.count(b"HTTP/1.1 2")


@pytest.mark.parametrize("name", NO_REQUESTS)
async def test_what_is_no_request_is_refused_and_ends_the_connection(scene: Scene, name: str) -> None:
    answers = await say(scene, NO_REQUESTS[name] + SMUGGLED)
    assert good(answers) == 0 and answers.count(b"HTTP/1.1 ") <= 1
    assert not answers or answers.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 "))


@pytest.mark.parametrize("name", TWO_FRAMES)
async def test_a_body_whose_end_is_in_doubt_hides_no_second_request(scene: Scene, name: str) -> None:
    for path in (b"/v1/chat/completions", b"/health", b"/mcp"):
        head = b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer KEY\r\n"
        for body in (b"0\r\n\r\n", b"hello", b"5\r\nhello\r\n0\r\n\r\n"):
            answers = await say(scene, head + TWO_FRAMES[name] + b"\r\n" + body + SMUGGLED)
            assert good(answers) == 0 and answers.count(b"HTTP/1.1 ") == 1, (path, body, answers)
            assert answers.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ")), (path, answers)


@pytest.mark.parametrize("body", CHUNKS)
async def test_a_broken_chunk_is_the_end(scene: Scene, body: bytes) -> None:
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer KEY\r\n"
    answers = await say(scene, head + b"Transfer-Encoding: chunked\r\n\r\n" + body + SMUGGLED)
    assert good(answers) == 0 and answers.count(b"HTTP/1.1 ") <= 1


@pytest.mark.parametrize("upgrade", UPGRADES)
async def test_no_other_protocol_is_spoken(scene: Scene, upgrade: bytes) -> None:
    head = b"GET /api/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n" + upgrade
    assert (await say(scene, head % b"wrong" + b"\r\n" + NO_REQUESTS["HTTP/2"])).startswith(b"HTTP/1.1 401 ")
    with_key = await say(scene, head % b"KEY" + b"\r\n" + NO_REQUESTS["HTTP/2"])
    assert with_key.startswith(b"HTTP/1.1 200 ") and b" 101 " not in with_key, "as if it had not been asked for"


@pytest.mark.parametrize(("first", "status"), [(b"KEY", b"200"), (b"wrong", b"401")])
async def test_what_follows_before_the_answer_is_not_answered(scene: Scene, first: bytes, status: bytes) -> None:
    answers = await say(scene, SMUGGLED.replace(b"KEY", first) + SMUGGLED)
    assert re.findall(rb"HTTP/1\.1 (\d{3}) ", answers) == [status]
