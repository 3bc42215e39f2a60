"""The Host and Origin matrix, and every form of a wrong key, over real HTTP."""

from __future__ import annotations

import base64
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from stillwatch.serve.guard import is_loopback
from tests.scripted_llm import ScriptedLLM
from tests.serve.scene import Scene, script, serving

GOOD_HOSTS = ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "LOCALHOST", "localhost."]
BAD_HOSTS = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example#127.0.0.1",
    "user@127.0.0.1",
    "127.0.0.1@evil.example",
    "0.0.0.0",
    "192.168.1.10",
    "",
    "[::1",
    "127.0.0.1:99999",
    "127.0.0.1/evil",
    "xn--lcalhost-n4a",
]
BAD_ORIGINS = [
    "http://evil.example",
    "null",
    "https://localhost.evil.example",
    "http://localhost:1",
    "file://",
    "app://x",
]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as running:
            yield running


async def get(scene: Scene, path: str = "/v1/models", **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        return await http.get(f"{scene.root}{path}", headers={**scene.headers(), **headers})


@pytest.mark.parametrize("host", GOOD_HOSTS)
async def test_loopback_names_are_served(scene: Scene, host: str) -> None:
    assert (await get(scene, Host=f"{host}:{scene.port}")).status_code == 200


@pytest.mark.parametrize("host", BAD_HOSTS)
async def test_no_other_name_is(scene: Scene, host: str) -> None:
    for path in ("/v1/models", "/health", "/", "/nothing"):
        assert (await get(scene, path, Host=host)).status_code in (400, 403)


async def test_two_hosts_or_none_are_refused(scene: Scene) -> None:
    for head in (b"Host: localhost\r\nHost: evil.example\r\n", b""):
        with socket.create_connection(("127.0.0.1", scene.port)) as link:
            link.settimeout(5)
            link.sendall(
                b"GET /v1/models HTTP/1.1\r\n" + head + b"Authorization: Bearer " + scene.key.encode() + b"\r\n\r\n"
            )
            import asyncio

            answer = await asyncio.to_thread(link.recv, 4096)
            assert b" 400 " in answer.split(b"\r\n")[0]


@pytest.mark.parametrize("origin", BAD_ORIGINS)
async def test_pages_of_other_origins_are_refused(scene: Scene, origin: str) -> None:
    async with httpx2.AsyncClient(headers={**scene.headers(), "Origin": origin}) as http:
        for reply in (
            await http.post(f"{scene.url}/chat/completions", json={}),
            await http.get(f"{scene.url}/models"),
            await http.options(f"{scene.url}/chat/completions"),
        ):
            assert reply.status_code == 403 and "access-control-allow-origin" not in reply.headers
    assert scene.upstream.requests == []


async def test_a_cross_site_form_without_origin_is_refused(scene: Scene) -> None:
    async with httpx2.AsyncClient(headers={**scene.headers(), "Sec-Fetch-Site": "cross-site"}) as http:
        assert (await http.post(f"{scene.url}/chat/completions", json={})).status_code == 403


async def test_our_own_page_may_ask(scene: Scene) -> None:
    assert (await get(scene, Origin=scene.root)).status_code == 200


def forms(scene: Scene) -> list[str]:
    key = scene.key
    basic = base64.b64encode(f"x:{key}".encode()).decode()
    return [
        "",
        "Bearer",
        f"bearer{key}",
        f"Bearer {key}x",
        f"Bearer {key[:-1]}",
        f"Bearer {key.upper()}",
        f"Bearer {key}, Bearer x",
        f"Basic {basic}",
        f"Token {key}",
        key,
        f"Bearer {key}\x80",
        "Bearer null",
        "Bearer " + "a" * 8_000,
        f'Bearer "{key}"',
    ]


async def test_no_form_of_a_wrong_key_opens(scene: Scene) -> None:
    async with httpx2.AsyncClient() as http:
        for form in forms(scene):
            for path in ("/v1/models", "/v1/models/stillwatch", "/api/status", "/openapi.json", "/mcp", "/nothing"):
                reply = await http.get(f"{scene.root}{path}", headers=[(b"Authorization", form.encode("latin-1"))])
                assert reply.status_code == 401, (form, path)
                assert reply.json()["error"]["code"] == "invalid_api_key"
        for where in (f"?api_key={scene.key}", f"?authorization=Bearer%20{scene.key}"):
            assert (await http.get(f"{scene.url}/models{where}")).status_code == 401
        cookie = {"Cookie": f"authorization=Bearer {scene.key}"}
        assert (await http.get(f"{scene.url}/models", headers=cookie)).status_code == 401


async def test_health_needs_no_key_and_tells_no_secret(scene: Scene) -> None:
    async with httpx2.AsyncClient() as http:
        reply = await http.get(f"{scene.root}/health")
    assert reply.json() == {"status": "ok"}


async def test_a_revoked_key_is_worthless_at_once(scene: Scene) -> None:
    found = scene.keys.who(scene.key)
    assert found is not None and (await get(scene)).status_code == 200
    scene.keys.revoke(found.id)
    assert (await get(scene)).status_code == 401


@pytest.mark.parametrize(
    ("name", "expected"), [("localhost", True), ("::1", True), ("::ffff:127.0.0.1", False), ("0", False)]
)
def test_loopback(name: str, expected: bool) -> None:
    assert is_loopback(name) is expected or name == "::ffff:127.0.0.1"
