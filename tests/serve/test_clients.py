"""Clients that people use, as they are published, against the running server (needs the package indexes once)."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.serve.client_programs import inspector_program, js_folder, llm_program
from tests.serve.scene import Scene, script, serving
from tests.support.scripted_llm import ScriptedLLM

pytestmark = pytest.mark.process

LOOK = {"step": "look", "tool": "unit_status", "arguments": {"unit": "web.service"}}
ANSWER = "The bind() failed with 98 [E1]."


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with ScriptedLLM(script(ANSWER)) as upstream:
        async with serving(tmp_path, upstream) as running:
            yield running


async def said(*command: str, folder: Path | None = None, **environment: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()[-2_000:]
    return out.decode()


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
async def test_javascript_clients(scene: Scene) -> None:
    folder = await asyncio.to_thread(js_folder)
    found = json.loads(await said("node", "clients.mjs", scene.url, scene.key, folder=folder))
    assert found["models"] == ["stillwatch", "stillwatch-readonly", "stillwatch-title"]
    for name in ("openai", "stream", "sdk", "sdkStream"):
        assert ANSWER in found[name]["text"] and "**Evidence**" in found[name]["text"], name
    tokens = {found[name]["tokens"] for name in ("openai", "stream", "sdk")}
    assert len(tokens) == 1 and tokens.pop() > 20
    assert found["stream"]["finish"] == found["sdk"]["finish"] == "stop"
    assert found["refused"] == "404 model_not_found" and "unit_status" in found["sdkStream"]["reasoning"]


async def test_the_llm_command(scene: Scene, tmp_path: Path) -> None:
    program = await asyncio.to_thread(llm_program)
    models = [{"model_id": "host", "model_name": "stillwatch", "api_base": scene.url, "api_key_name": "stillwatch"}]
    (tmp_path / "extra-openai-models.yaml").write_text(json.dumps(models))
    (tmp_path / "keys.json").write_text(json.dumps({"stillwatch": scene.key}))
    for flags in ([], ["--no-stream"]):
        text = await said(str(program), "-m", "host", *flags, "why is web down?", LLM_USER_PATH=str(tmp_path))
        assert ANSWER in text and "bind() failed" in text


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
async def test_the_mcp_inspector(scene: Scene) -> None:
    program = await asyncio.to_thread(inspector_program)
    for key, names in ((scene.key, ["unit_status", "propose"]), (scene.reader, ["unit_status"])):
        how = ["--cli", f"{scene.root}/mcp", "--transport", "http", "--header", f"Authorization: Bearer {key}"]
        listed = json.loads(await said(*program, *how, "--method", "tools/list", "--strict"))
        assert [tool["name"] for tool in listed["tools"]] == names
    resources = json.loads(await said(*program, *how, "--method", "resources/list"))
    assert len(resources["resources"]) == 5
    call = ["--method", "tools/call", "--tool-name", "unit_status", "--tool-arg", "unit=web.service"]
    assert json.loads(await said(*program, *how, *call))["content"][0]["text"] == "web.service: failed"
