"""The document holds for real answers, and a fuzzer that reads it finds no fault (1,000 examples each on demand)."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import httpx2
import jsonschema
import pytest

from stillwatch.serve.openapi import document
from tests.scripted_llm import ScriptedLLM
from tests.serve.scene import FAILED, Scene, ScriptedGate, script, serving
from tests.think.incidents import incident

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"


async def test_real_answers_fit_the_document(tmp_path: Path) -> None:
    found = document("1")
    paths = {"/health", "/v1/models", "/v1/models/stillwatch", "/api/status", "/api/incidents", "/api/incidents/I1"}
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as scene, httpx2.AsyncClient(headers=scene.headers()) as http:
            for path in sorted(paths):
                template = path.replace("stillwatch", "{model}").replace("I1", "{id}")
                shape = found["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
                value = (await http.get(f"{scene.root}{path}")).json()
                jsonschema.validate(value, {**shape, "components": found["components"]})
            served = (await http.get(f"{scene.root}/openapi.json")).json()
    assert set(served["paths"]) == set(found["paths"]) and len(found["paths"]) == 12


async def fuzz(scene: Scene, examples: int) -> str:
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run", f"{scene.root}/openapi.json"),
        *("--header", f"Authorization: Bearer {scene.key}", "--max-examples", str(examples), "--checks", CHECKS),
        *("--exclude-path", "/api/events", "--request-timeout", "20", "--phases", "examples,coverage,fuzzing"),
    ]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-6_000:]
    return said.decode()


@pytest.mark.parametrize(
    "examples", [5, pytest.param(150, marks=pytest.mark.soak), pytest.param(1_000, marks=pytest.mark.soak)]
)
@pytest.mark.process
@pytest.mark.timeout(7_200)
async def test_a_fuzzer_finds_no_fault(tmp_path: Path, examples: int) -> None:
    with ScriptedLLM(script()) as upstream:
        gate = ScriptedGate(list={"proposals": []})
        async with serving(tmp_path, upstream, incident(**FAILED), gate=gate) as scene:
            await fuzz(scene, examples)
