from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client

from stillwatch.records.look import Seen
from stillwatch.serve.http.limits import Bounds
from stillwatch.serve.mcp import over_http as mcp_http
from stillwatch.serve.mcp.server import READ_ONLY, McpFace
from tests.serve.mcp_entry import desk
from tests.serve.scene import Scene, ScriptedGate, script, serving
from tests.support.scripted_llm import ScriptedLLM
from tests.think.looks import ScriptedLooks

pytestmark = pytest.mark.process

ASK = """
import sys, stillwatch.serve.server
print(sorted({name.split(".")[0] for name in sys.modules} & {"mcp", "mcp_types", "pydantic", "openai"}))
"""
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
CALL = {**PING, "method": "tools/call", "params": {"name": "unit_status", "arguments": {"unit": "web.service"}}}
PROPOSE = {
    **PING,
    "method": "tools/call",
    "params": {"name": "propose", "arguments": {"action": "restart_unit", "target": "web.service"}},
}
NO_MESSAGES: list[tuple[bytes | object, int]] = [
    (b"", -32700),
    (b'{"jsonrpc"', -32700),
    (b"\xff\xfe{}", -32700),
    (b"[" * 200_000, -32700),
    (b'{"jsonrpc": "2.0", "method": "ping", "id": ' + b"9" * 6_000 + b"}", -32700),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "x", "params": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001, -32700),
    ([PING, PING], -32600),
    ([], -32600),
    ("ping", -32600),
    ({"id": 1, "method": "ping"}, -32600),
    ({**PING, "jsonrpc": "1.0"}, -32600),
    ({**PING, "id": None}, -32600),
    ({**PING, "id": [1]}, -32600),
    ({**PING, "id": True}, -32600),
    ({**PING, "id": 1.5}, -32600),
    ({**PING, "method": 7}, -32602),
    ({"jsonrpc": "2.0", "id": 1}, -32602),
]
FEW = 2


class HeldLooks(ScriptedLooks):
    """Looks that go on until they are let go."""

    def __init__(self) -> None:
        super().__init__(unit_status="web.service: failed")
        self.begun, self.go, self.cancelled = asyncio.Semaphore(0), asyncio.Event(), asyncio.Event()

    async def look(self, tool: str, arguments: Any) -> Seen:
        self.begun.release()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return await super().look(tool, arguments)


@pytest.fixture
def looks() -> HeldLooks:
    return HeldLooks()


@pytest.fixture
async def scene(tmp_path: Path, looks: HeldLooks) -> AsyncIterator[Scene]:
    bounds = Bounds(rate=1e6, burst=10**6, streams=FEW)
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream, gate=ScriptedGate(), looks=looks, bounds=bounds) as running:
            yield running


async def post(scene: Scene, body: bytes | object, key: str | None = None, **headers: str) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
    async with httpx2.AsyncClient(headers={**scene.headers(key), **sent}, timeout=30) as http:
        return await http.post(f"{scene.root}/mcp", content=content)


def test_the_sdk_is_not_loaded_before_a_client_comes() -> None:
    assert (
        subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


async def test_what_is_no_message_is_told_in_one(scene: Scene) -> None:
    for body, code in NO_MESSAGES:
        reply = await post(scene, body)
        assert reply.status_code == 400, str(body)[:80]
        answer = reply.json()
        assert (answer["jsonrpc"], answer["id"], answer["error"]["code"]) == ("2.0", None, code), str(body)[:80]
    assert (await post(scene, PING)).json() == {"jsonrpc": "2.0", "id": 1, "result": {}}


async def test_limits_are_those_of_every_path(scene: Scene) -> None:
    assert (await post(scene, b" " * (1 << 20) + b"{}")).status_code == 413
    assert (await post(scene, PING, Origin="http://evil.example")).status_code == 403
    assert (await post(scene, PING, Host="evil.example")).status_code == 403
    assert (await post(scene, PING, key="sk-sw-wrong")).status_code == 401
    assert (await post(scene, PING, Accept="text/html")).status_code == 406


async def test_r25_who_is_told_much_asks_seldom(tmp_path: Path) -> None:
    readings = {**PING, "method": "resources/read", "params": {"uri": "stillwatch://metrics/load"}}
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream, bounds=Bounds(rate=1e-9, burst=30, streams=FEW)) as scene:
            object.__setattr__(scene.desk, "metrics", lambda: ["load"])
            object.__setattr__(scene.desk, "samples", lambda metric, since, until: [(since, 0.5)] * 10_000)
            assert [(await post(scene, body)).status_code for body in (PING, readings, PING)] == [200, 200, 429]


async def test_a_body_that_does_not_come_is_not_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    read = mcp_http.read_body
    monkeypatch.setattr(mcp_http, "read_body", lambda request: read(request, seconds=0.05))

    head = f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {scene.key}\r\nContent-Length: 60\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.port)
    writer.write(head.encode() + b'{"jsonrpc"')
    assert await asyncio.wait_for(reader.readline(), 20) == b"HTTP/1.1 408 Request Timeout\r\n"
    writer.close()


async def test_nothing_is_streamed_unasked_and_there_is_no_session_to_end(scene: Scene) -> None:
    async with httpx2.AsyncClient(headers={**scene.headers(), "Accept": "text/event-stream"}, timeout=30) as http:
        for method in ("GET", "DELETE", "PUT"):
            reply = await http.request(method, f"{scene.root}/mcp")
            assert reply.status_code == 405 and reply.headers["Allow"] == "POST"
    assert "mcp-session-id" not in (await post(scene, PING)).headers


async def test_as_many_calls_at_a_time_as_a_key_has_answers(scene: Scene, looks: HeldLooks) -> None:
    calls = [asyncio.create_task(post(scene, {**CALL, "id": number})) for number in range(FEW)]
    for _ in calls:
        await looks.begun.acquire()
    assert (await post(scene, PING)).status_code == 429
    assert (await post(scene, PING, key=scene.reader)).status_code == 200, "another key has its own"
    looks.go.set()
    replies = await asyncio.gather(*calls)
    assert [reply.json()["id"] for reply in replies] == list(range(FEW))
    assert {reply.json()["result"]["content"][0]["text"] for reply in replies} == {"web.service: failed"}


async def test_a_client_that_leaves_holds_no_place(scene: Scene, looks: HeldLooks) -> None:
    calls = [asyncio.create_task(post(scene, CALL)) for _ in range(FEW)]
    for _ in calls:
        await looks.begun.acquire()
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    looks.go.set()
    async with asyncio.timeout(20):
        while (await post(scene, PING)).status_code == 429:
            await asyncio.sleep(0.02)


async def test_the_key_of_one_call_does_not_lend_itself_to_another(scene: Scene) -> None:
    """May this caller propose? Asked side by side, with keys that may and keys that may not."""
    keys = [scene.key if number % 2 else scene.reader for number in range(20)]
    for first, second in zip(keys[::2], keys[1::2], strict=True):
        replies = await asyncio.gather(post(scene, PROPOSE, key=first), post(scene, PROPOSE, key=second))
        texts = [reply.json()["result"]["content"][0]["text"] for reply in replies]
        assert texts[0] == READ_ONLY and "the scripted gate refuses" in texts[1]


async def test_a_call_that_is_cancelled_ends_and_another_goes_on(tmp_path: Path, looks: HeldLooks) -> None:
    known = replace(desk(tmp_path), looks=looks)
    async with Client(McpFace(desk=known, may_propose=lambda: False).server()) as client:
        given_up, kept = (asyncio.create_task(client.call_tool("unit_status", {"unit": name})) for name in "ab")
        for _ in range(2):
            await looks.begun.acquire()
        given_up.cancel()
        await asyncio.wait_for(looks.cancelled.wait(), 20)
        looks.go.set()
        assert (await kept).content[0].text == "web.service: failed"
    assert [arguments for _, arguments in looks.looked] == [{"unit": "b"}]


def mcp_tasks() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if "McpDoor" in repr(task.get_coro())]


async def test_what_mcp_keeps_running_ends_with_the_port(tmp_path: Path) -> None:
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as scene:
            assert (await post(scene, PING)).status_code == 200
            assert mcp_tasks()
        assert mcp_tasks() == []
