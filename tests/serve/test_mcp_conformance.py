"""The official conformance suite of MCP against `/mcp`, in every revision that it knows."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from stillwatch.config import Api
from stillwatch.records.look import Seen
from stillwatch.serve.server import serve_http
from tests.serve.client_programs import conformance_program
from tests.serve.scene import FAILED, Scene, ScriptedGate, free_port, script, serving
from tests.support.scripted_llm import ScriptedLLM
from tests.test_structure import REPOSITORY
from tests.think.incidents import incident
from tests.think.looks import ScriptedLooks

NOT_APPLICABLE = REPOSITORY / "tests/serve/conformance/not-applicable.yaml"
GUIDE = REPOSITORY / "docs/connect/mcp.md"
REVISIONS = ("2025-06-18", "2025-11-25", "2026-07-28")
APPLICABLE = {
    "2025-06-18": {"server-initialize", "ping", "tools-list", "tools-call-simple-text", "tools-call-error"},
    "2025-11-25": {"server-initialize", "ping", "json-schema-2020-12", "resources-list", "dns-rebinding-protection"},
    "2026-07-28": {
        "tools-call-simple-text",
        "tools-call-error",
        "json-schema-2020-12",
        "sep-2164-resource-not-found",
        "http-header-validation",
        "http-custom-header-server-validation",
        "dns-rebinding-protection",
        "input-required-result-unsupported-methods",
        "input-required-result-validate-input",
    },
}
TEXT = {"type": "string"}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {"$anchor": "addressDef", "type": "object", "properties": {"street": TEXT, "city": TEXT}}},
    "properties": {
        "name": TEXT,
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": TEXT,
        "email": TEXT,
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
IN_A_HEADER = {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}


class SuiteLooks(ScriptedLooks):
    """Looks under the names that the suite calls, one of which always has a problem."""

    def __init__(self) -> None:
        names = ("test_simple_text", "test_error_handling", "json_schema_2020_12_tool", "test_header_parameter")
        quiet = ("test_streaming_elicitation", "test_logging_tool")
        super().__init__(**dict.fromkeys((*names, *quiet), "web.service: failed"))

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        schemas = {"json_schema_2020_12_tool": SCHEMA, "test_header_parameter": IN_A_HEADER}
        plain = {"type": "object", "properties": {}}
        return {name: {**facts, "arguments": schemas.get(name, plain)} for name, facts in super().catalogue().items()}

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        seen = await super().look(tool, arguments)
        return replace(seen, problem="the bus does not answer") if tool == "test_error_handling" else seen


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with ScriptedLLM(script()) as upstream:
        gate = ScriptedGate(list={"proposals": []})
        async with serving(tmp_path, upstream, incident(**FAILED), gate=gate, looks=SuiteLooks()) as running:
            yield running


@asynccontextmanager
async def without_a_key(scene: Scene) -> AsyncIterator[str]:
    """The same app on another port, where a request that brings no key gets one: the suite cannot send any."""

    async def keyed(scope: Scope, receive: Receive, send: Send) -> None:
        bearer = (b"authorization", f"Bearer {scene.key}".encode())
        app: ASGIApp = scene.app
        await app({**scope, "headers": [*scope["headers"], bearer]}, receive, send)

    api, started = Api(port=free_port()), asyncio.Event()
    task = asyncio.ensure_future(serve_http(keyed, api, scene.keys, started=started))
    try:
        await started.wait()
        yield f"http://127.0.0.1:{api.port}/mcp"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
@pytest.mark.process
@pytest.mark.parametrize("revision", REVISIONS)
async def test_what_applies_to_a_real_server_passes(scene: Scene, revision: str, tmp_path: Path) -> None:
    program = await asyncio.to_thread(conformance_program)
    async with without_a_key(scene) as url:
        process = await asyncio.create_subprocess_exec(
            *program,
            *("server", "--url", url, "--suite", "all", "--spec-version", revision),
            *("--expected-failures", str(NOT_APPLICABLE), "--output-dir", str(tmp_path)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await asyncio.wait_for(process.communicate(), 120)
    summary = out.decode().rsplit("=== SUMMARY ===", 1)[-1]
    assert process.returncode == 0, summary
    assert set(re.findall(r"✓ (\S+):", summary)) >= APPLICABLE[revision], summary


def test_the_guide_names_what_does_not_apply() -> None:
    listed = re.findall(r"^  - ([a-z0-9:-]+)", NOT_APPLICABLE.read_text(), re.MULTILINE)
    assert listed and not [name for name in listed if f"`{name}`" not in GUIDE.read_text()]
