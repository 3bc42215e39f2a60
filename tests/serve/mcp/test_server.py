"""The official client over HTTP and over stdio."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from stillwatch.serve.mcp.server import McpFace
from stillwatch.tools.tool import HostLooks
from tests.serve.mcp_entry import desk
from tests.serve.scene import FAILED, Scene, ScriptedGate, script, serving
from tests.support.scripted_llm import ScriptedLLM
from tests.think.incidents import incident

pytestmark = pytest.mark.process

WAITS = {"id": "A-18", "state": "waiting", "risk": "low", "decision": {}, "outcome": None}
RESTART = {"action": "restart_unit", "target": "web.service"}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    gate = ScriptedGate(propose=WAITS, list={"proposals": []})
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream, incident(**FAILED), gate=gate) as running:
            yield running


@asynccontextmanager
async def connected(scene: Scene, key: str) -> AsyncIterator[Any]:
    async with (
        httpx2.AsyncClient(headers=scene.headers(key), timeout=30) as http,
        Client(streamable_http_client(f"{scene.root}/mcp", http_client=http)) as client,
    ):
        yield client


async def test_looks_resources_and_proposals(scene: Scene) -> None:
    async with connected(scene, scene.key) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == ["unit_status", "propose"]
        seen = await client.call_tool("unit_status", {"unit": "web.service"})
        assert seen.content[0].text == "web.service: failed"
        said = await client.call_tool("propose", RESTART)
        assert "A-18, restart unit web.service" in said.content[0].text
        assert said.structured_content == {"id": "A-18", "state": "waiting"}
        uris = [str(one.uri) for one in (await client.list_resources()).resources]
        assert len(uris) == 5
        for uri in uris:
            json.loads((await client.read_resource(uri)).contents[0].text)
    gate = scene.desk.gate
    assert isinstance(gate, ScriptedGate) and {verb for verb, _ in gate.said} == {"propose", "list"}


async def test_a_key_that_reads_cannot_propose(scene: Scene) -> None:
    async with connected(scene, scene.reader) as client:
        assert "propose" not in [tool.name for tool in (await client.list_tools()).tools]
        assert (await client.call_tool("propose", RESTART)).is_error
    assert isinstance(scene.desk.gate, ScriptedGate) and scene.desk.gate.said == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"action": "format_disk", "target": "x"},
        {**RESTART, "risk": "low"},
        {**RESTART, "arguments": {"a": {"b": 1}}},
        {**RESTART, "target": 7},
        {**RESTART, "action": ["restart_unit"]},
        {**RESTART, "action": {}},
    ],
)
async def test_a_malformed_proposal_never_reaches_the_gate(scene: Scene, wrong: Any) -> None:
    async with connected(scene, scene.key) as client:
        assert (await client.call_tool("propose", wrong)).is_error
    assert isinstance(scene.desk.gate, ScriptedGate) and scene.desk.gate.said == []


async def test_a_tool_says_what_it_may_do(scene: Scene) -> None:
    async with connected(scene, scene.key) as client:
        look, propose = (await client.list_tools()).tools
    assert look.title == "Unit status" and propose.title
    assert look.annotations.read_only_hint and not look.annotations.open_world_hint
    assert not propose.annotations.read_only_hint and propose.annotations.destructive_hint


async def test_what_the_policy_refuses_is_no_error_and_has_no_number(scene: Scene) -> None:
    refused = {"id": "", "state": "refused", "decision": {"reason": "web.service is protected"}}
    assert isinstance(scene.desk.gate, ScriptedGate)
    scene.desk.gate.replies["propose"] = refused
    async with connected(scene, scene.key) as client:
        said = await client.call_tool("propose", RESTART)
    assert not said.is_error and said.structured_content == {"id": "", "state": "refused"}
    assert said.content[0].text.startswith("restart unit web.service ")
    assert said.content[0].text.endswith(f": {refused['decision']['reason']}.")


async def test_a_tool_that_is_not_there_is_an_error(scene: Scene) -> None:
    async with connected(scene, scene.key) as client:
        for tool in ("approve", "execute", "bash"):
            with pytest.raises(Exception, match="no tool"):
                await client.call_tool(tool, {})


async def test_no_key_no_mcp(scene: Scene) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        for method in ("GET", "POST", "DELETE"):
            assert (await http.request(method, f"{scene.root}/mcp", json={})).status_code == 401
        headers = {**scene.headers(), "Origin": "http://evil.example"}
        assert (await http.post(f"{scene.root}/mcp", json={}, headers=headers)).status_code == 403


def types_of(schema: Any) -> list[Any]:
    """Every `type` in a schema."""
    if isinstance(schema, dict):
        own = [schema["type"]] if "type" in schema and not isinstance(schema["type"], dict) else []
        return own + [one for value in schema.values() for one in types_of(value)]
    return [one for value in schema for one in types_of(value)] if isinstance(schema, list) else []


async def test_schemas_of_all_tools_are_such_that_any_client_reads_them(tmp_path: Path) -> None:
    """Valid, and with one type at each place: more than one is lost on the way to some models."""
    looks: Any = HostLooks(reader=None)  # type: ignore[arg-type] – nothing is looked at
    async with Client(McpFace(desk=replace(desk(tmp_path), looks=looks), may_propose=lambda: True).server()) as client:
        tools = (await client.list_tools()).tools
    assert {"unit_status", "journal_search", "propose"} <= {tool.name for tool in tools}
    for tool in tools:
        for schema in filter(None, (tool.input_schema, tool.output_schema)):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object" and all(isinstance(one, str) for one in types_of(schema)), tool.name
        assert tool.title and tool.description
