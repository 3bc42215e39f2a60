"""The matrix of Host, Origin, Sec-Fetch-Site, method and path: nothing is accepted that should not be."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stillwatch.config import is_loopback
from stillwatch.serve.http.guard import Guard
from tests.serve.asgi import Answer, Pairs, ask
from tests.serve.scene import Scene, script, serving
from tests.support.scripted_llm import ScriptedLLM

pytestmark = pytest.mark.process

GOOD_HOSTS = [
    *("localhost", "127.0.0.1", "127.9.9.9", "[::1]", "LOCALHOST", "localhost."),
    *(
        "localhost:8083",
        "127.0.0.1:1",
        "[::1]:65535",
        "[0:0:0:0:0:0:0:1]:8083",
        "127.0.0.1.",
        "sw.example",
        "SW.Example.:8083",
    ),
]
"""Any port: what is forwarded by ssh or a container comes with another."""
BAD_HOSTS = [
    *("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1.nip.io", "localtest.me"),
    *("evil.example#127.0.0.1", "user@127.0.0.1", "user:pass@localhost", "127.0.0.1@evil.example", "@localhost"),
    *("0.0.0.0", "0", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.256"),
    *("192.168.1.10", "10.0.0.1", "169.254.169.254", "[::]", "[::ffff:192.168.1.10]", "[fe80::1]", "[::1%lo]"),
    *("", " ", "[::1", "::1", "[::1]evil", "[::1].evil.example", "[localhost]", "[]", ":8083", "localhost:"),
    *("127.0.0.1:99999", "127.0.0.1:80a", "127.0.0.1:-1", "localhost:8083:8083", "127.0.0.1/evil", "localhost?x"),
    *("localhost,evil.example", "localhost evil.example", "localhost..", ".localhost", "localhost\\evil.example"),
    *("xn--lcalhost-n4a", "loc\xadalhost", "\xb9\xb2\xb7.0.0.1", "localhost\x00", "localhost\x85", "\xa0localhost"),
    *("sw.example.evil.example", "notsw.example", "%6cocalhost", "http://localhost", "*", "localhost\tevil"),
]
BAD_ORIGINS = [
    *("null", "", "*", "http://evil.example", "https://evil.example"),
    *("http://localhost:1", "http://127.0.0.1.nip.io"),
    *(
        "https://localhost.evil.example",
        "file://",
        "app://x",
        "chrome-extension://abcdefghijklmnop",
        "moz-extension://x",
    ),
    *("http://[", "http://[::1", "http://", "//localhost", "localhost", "ws://localhost", "http://user@localhost"),
    *(
        "http://localhost/",
        "http://localhost#x",
        "http://localhost, http://evil.example",
        "http://localhost\x00",
        "\xff",
    ),
]
FETCH_SITES = [None, "none", "same-origin", "same-site", "cross-site", "odd"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
PATHS = [
    *(
        "/",
        "/health",
        "/style.css",
        "/open/x",
        "/openapi.json",
        "/v1/models",
        "/v1/models/stillwatch",
        "/v1/chat/completions",
    ),
    *("/api/status", "/api/incidents", "/api/approvals"),
    *("/api/metrics", "/metrics", "/api/events", "/mcp", "/nothing", "//health"),
]
OURS = {"bad_host", "host_not_allowed", "origin_not_allowed"}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as running:
            assert isinstance(running.app, Guard)
            object.__setattr__(running.app, "hosts", ["sw.example"])
            yield running


async def sent(scene: Scene, method: str, path: str, *headers: tuple[str, str | None], host: str) -> Answer:
    key = ("Authorization", f"Bearer {scene.key}")
    given: Pairs = [key, *((name, value) for name, value in headers if value is not None)]
    return await ask(scene.app, method, path, given, host=host)


def refused(answer: Answer) -> bool:
    """Whether the guard did not take it for where it came from."""
    assert "access-control-allow-origin" not in answer.headers
    if answer.status not in (400, 403) or not answer.headers["content-type"].startswith("application/json"):
        return False  # MCP refuses what is no message of its own in plain text
    return bool(answer.json()["error"]["code"] in OURS)


async def test_the_whole_matrix(scene: Scene) -> None:
    """0 accepted that should not be, and none refused that should be taken; the paths go round."""
    wrong, counted, paths = list[tuple[object, ...]](), Counter[bool](), itertools.cycle(PATHS)
    own: list[str | None] = [None, "http://{}", "https://{}"]
    for host, origin, site in itertools.product(GOOD_HOSTS + BAD_HOSTS, own + BAD_ORIGINS, FETCH_SITES):
        method, path = METHODS[sum(counted.values()) % len(METHODS)], next(paths)
        taken = host in GOOD_HOSTS and origin in own
        taken = taken and (method in ("GET", "HEAD") or site in (None, "none", "same-origin"))
        answer = await sent(
            scene,
            method,
            path,
            ("Origin", origin.format(host.lower()) if origin else origin),
            ("Sec-Fetch-Site", site),
            host=host,
        )
        counted[taken] += 1
        if refused(answer) is taken or answer.status >= 500:
            wrong.append((method, path, host, origin, site, answer.status))
    assert not wrong, wrong[:20]
    assert counted[True] >= 100 and counted[False] >= 9_000
    assert scene.upstream.requests == []


@pytest.mark.parametrize("path", PATHS)
async def test_every_method_and_path_for_a_page_of_another_origin(scene: Scene, path: str) -> None:
    for method, origin in itertools.product(METHODS, BAD_ORIGINS):
        assert refused(await sent(scene, method, path, ("Origin", origin), host="localhost")), (method, origin)


async def test_doubled_headers_are_as_bad_as_their_worst(scene: Scene) -> None:
    for headers in (
        [("Origin", "http://localhost"), ("Origin", "http://evil.example")],
        [("Origin", "http://evil.example"), ("Origin", "http://localhost")],
        [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
        [("Host", "localhost"), ("Host", "localhost")],
        [("Host", "localhost"), ("Host", "evil.example")],
    ):
        assert refused(await sent(scene, "POST", "/v1/chat/completions", *headers, host="localhost")), headers


async def test_a_page_by_the_name_of_the_port_it_came_from(scene: Scene) -> None:
    """Our own page on another port of this machine is another origin."""
    port = ("Origin", "http://localhost:8083")
    assert not refused(await sent(scene, "POST", "/v1/chat/completions", port, host="localhost:8083"))
    assert refused(await sent(scene, "POST", "/v1/chat/completions", port, host="localhost:9000"))


async def test_a_websocket_is_closed(scene: Scene) -> None:
    said = list[object]()

    async def send(message: object) -> None:
        said.append(message)

    await scene.app({"type": "websocket", "path": "/", "headers": []}, None, send)  # type: ignore[arg-type]
    assert said == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(("name", "expected"), [("localhost", True), ("::1", True), ("0", False), ("127.1", False)])
def test_loopback(name: str, expected: bool) -> None:
    assert is_loopback(name) is expected
