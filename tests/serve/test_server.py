"""Binding, sizes, and slow clients."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request

from stillwatch.chat import conversation
from stillwatch.config import Api
from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.reading.gather import Gathered
from stillwatch.records.report import SourceReport
from stillwatch.serve.http.keys import KeyRing
from stillwatch.serve.http.limits import Bounds
from stillwatch.serve.server import _health_of, check_bind, listening
from tests.serve.scene import free_port, script, serving
from tests.support.scripted_llm import ScriptedLLM

pytestmark = pytest.mark.process


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org"])
def test_a_public_address_needs_a_key(tmp_path: Path, host: str) -> None:
    keys = KeyRing(tmp_path)
    with pytest.raises(WrongUsage, match="API key"):
        check_bind(Api(host=host), keys)
    keys.create("read", 0.0)
    check_bind(Api(host=host), keys)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_binds_without(tmp_path: Path, host: str) -> None:
    check_bind(Api(host=host), KeyRing(tmp_path))


def test_a_port_that_is_taken_is_named() -> None:
    api = Api(port=free_port())
    with listening(api), pytest.raises(NotReachable, match=str(api.port)), listening(api):
        pass


async def test_small_pieces_leave_at_once() -> None:
    with listening(Api(port=free_port())) as listener:
        assert listener.proto == socket.IPPROTO_TCP


async def test_bodies_and_heads_are_bounded(tmp_path: Path) -> None:
    with ScriptedLLM(script()) as upstream:
        async with (
            serving(tmp_path, upstream) as scene,
            httpx2.AsyncClient(timeout=60, headers=scene.headers()) as http,
        ):
            chat = f"{scene.url}/chat/completions"
            assert (await http.post(chat, content=b"x" * (1 << 20) + b"x")).status_code == 413

            async def endless():  # type: ignore[no-untyped-def]
                for _ in range(64):
                    yield b" " * 65_536

            with contextlib.suppress(httpx2.TransportError):
                assert (await http.post(chat, content=endless())).status_code == 413
            assert (await http.get(f"{scene.url}/models", headers={"X": "y" * 40_000})).status_code == 431
            for body in (b"", b"{", b"[]", b"[" * 100_000, b"\xff", b'"\\ud800"', b'{"model": "\\ud800"}'):
                assert (await http.post(chat, content=body)).status_code == 400, body[:20]
            assert (await http.get(f"{scene.url}/models")).status_code == 200


async def test_a_key_that_asks_too_often_has_to_wait(tmp_path: Path) -> None:
    with ScriptedLLM(script()) as upstream:
        few = Bounds(rate=0.001, burst=3)
        async with (
            serving(tmp_path, upstream, bounds=few) as scene,
            httpx2.AsyncClient(timeout=60, headers=scene.headers()) as http,
        ):
            answers = [(await http.get(f"{scene.url}/models")).status_code for _ in range(5)]
            assert answers == [200, 200, 200, 429, 429]
            other = await http.get(f"{scene.url}/models", headers=scene.headers(scene.reader))
            assert other.status_code == 200


SAID = [f"The bind() failed with 98 {'x' * n} [E1]." for n in range(1, 51)]
"""Sentences that stand on the facts."""


async def test_sixteen_chats_at_once_lose_nothing_and_the_next_one_waits(tmp_path: Path) -> None:
    with ScriptedLLM(script(answer=" ".join(SAID))) as upstream:
        bounds = Bounds(rate=1e6, burst=10**6, streams=16)
        async with serving(tmp_path, upstream, bounds=bounds) as scene:
            body = {"model": "stillwatch", "messages": [{"role": "user", "content": "why?"}]}
            async with httpx2.AsyncClient(
                headers=scene.headers(), timeout=30, limits=httpx2.Limits(max_connections=40)
            ) as http:
                chats = [
                    http.post(f"{scene.url}/chat/completions", json={**body, "stream": n % 2 == 0}) for n in range(16)
                ]
                replies = await asyncio.gather(*chats)
                assert [reply.status_code for reply in replies] == [200] * 16
                for reply in replies:
                    assert all(sentence.removesuffix(".") in reply.text for sentence in SAID)
                many = [http.post(f"{scene.url}/chat/completions", json=body) for n in range(24)]
                codes = [reply.status_code for reply in await asyncio.gather(*many)]
    assert codes.count(200) >= 16 and set(codes) <= {200, 429}


async def test_bodies_on_their_way_count_as_answers_of_their_key(tmp_path: Path) -> None:
    with ScriptedLLM(script()) as upstream:
        one = Bounds(rate=1e6, burst=10**6, streams=1)
        async with (
            serving(tmp_path, upstream, bounds=one) as scene,
            httpx2.AsyncClient(timeout=60, headers=scene.headers()) as http,
        ):
            body = {"model": "stillwatch", "messages": [{"role": "user", "content": "why?"}]}
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {scene.key}\r\n"
            _, writer = await asyncio.open_connection("127.0.0.1", scene.port)
            writer.write(f"{head}Content-Length: 1000\r\n\r\n{{".encode())

            async def until(status: int) -> None:
                async with asyncio.timeout(10):
                    while (await http.post(f"{scene.url}/chat/completions", json=body)).status_code != status:
                        await asyncio.sleep(0.01)

            await until(429)
            writer.close()
            await until(200)


async def test_health_names_what_is_troubled_and_not_why(tmp_path: Path) -> None:
    gate = SourceReport(name="gate", read=True, problem="no socket in /run")
    sources = (SourceReport(name="journal", read=True), gate)
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as scene:
            seen = Gathered(triggers=(), novel=(), units={}, sources=sources, lines=0)
            reply = await _health_of(replace(scene.desk, known=lambda: seen))(Request({"type": "http"}))
    assert json.loads(bytes(reply.body)) == {"status": "ok", "troubled": ["gate"]}


async def test_r41_health_is_answered_while_a_message_of_990_kb_is_cleaned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cleaning stands still until /health has answered: in the server's own loop it could never answer."""
    answered, begun = threading.Event(), asyncio.Event()
    loop, clean = asyncio.get_running_loop(), conversation._redacted

    def slow(turn: conversation.Turn) -> conversation.Turn:
        loop.call_soon_threadsafe(begun.set)
        assert answered.wait(60)
        return clean(turn)

    monkeypatch.setattr(conversation, "_redacted", slow)
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as scene, httpx2.AsyncClient(timeout=60) as client:
            body = {"model": "stillwatch", "messages": [{"role": "user", "content": "-----BEGIN " * 90_000}]}
            chat = asyncio.create_task(client.post(f"{scene.url}/chat/completions", json=body, headers=scene.headers()))
            await begun.wait()
            assert (await client.get(f"{scene.root}/health", headers=scene.headers())).status_code == 200
            assert not chat.done()
            answered.set()
            assert (await chat).status_code == 200
