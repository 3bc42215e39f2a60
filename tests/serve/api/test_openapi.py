"""The document holds for real answers, and a fuzzer that reads it finds no fault."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from stillwatch.serve.api.openapi import document
from stillwatch.serve.http.guard import OPEN_PATHS
from tests.serve.api.test_endpoints import WAITING
from tests.serve.asgi import Answer, ask
from tests.serve.scene import FAILED, Scene, ScriptedGate, script, serving
from tests.support.fuzzing import FUZZING
from tests.support.scripted_llm import ScriptedLLM
from tests.think.incidents import incident

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
DOCUMENT = document("1")
OPERATIONS = [f"{method.upper()} {path}" for path, found in DOCUMENT["paths"].items() for method in found]
THERE = {"id": "I1", "model": "stillwatch"}
CALLERS = ("chat", "chat", "chat", "read", "read", "nobody", "revoked", "wrong")
HEADERS = {
    "Accept": st.sampled_from(["*/*", "text/event-stream", "application/xml", "", "\xff"]),
    "Content-Type": st.sampled_from(["application/json", "text/plain", "multipart/form-data", "", "\xe9/\x00"]),
    "Content-Encoding": st.sampled_from(["gzip", "identity", "br"]),
    "Content-Length": st.sampled_from(["0", "-1", "99999999999999999999", "1e3", "²", "\xb2"]),
    "X-Stillwatch-Task": st.sampled_from(["", "title_generation", "tags_generation", "odd", "\xff", "x" * 4_000]),
    "User-Agent": st.sampled_from(["Open WebUI", "curl/8", "\x85", ""]),
    "Last-Event-ID": st.sampled_from(["I1", "-1", "\xff"]),
    "Range": st.just("bytes=0-1"),
    "If-None-Match": st.just("*"),
    "X-Forwarded-For": st.just("127.0.0.1"),
    "X-HTTP-Method-Override": st.just("DELETE"),
    "Cookie": st.just("key=x"),
    "Sec-Fetch-Site": st.sampled_from(["none", "same-origin"]),
}


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Scene, asyncio.Runner]]:
    """A scene for code that is not asynchronous itself."""
    gate = ScriptedGate(list={"proposals": [WAITING]})
    with asyncio.Runner() as runner, ScriptedLLM(script()) as upstream:
        stack = AsyncExitStack()
        scene = runner.run(stack.enter_async_context(serving(folder, upstream, incident(**FAILED), gate=gate)))
        object.__setattr__(scene.desk, "metrics", lambda: ["load"])
        object.__setattr__(scene.desk, "hear", lambda triggers: None)
        object.__setattr__(scene.desk, "samples", lambda metric, since, until: [(since, 0.5), (until, float("inf"))])
        try:
            yield scene, runner
        finally:
            runner.run(stack.aclose())


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """All of the document, by method and path; keys are ours to send."""
    import schemathesis  # which takes seconds, and all workers collect this file

    open_to_all = {**DOCUMENT, "security": []}
    open_to_all["paths"] = {
        path: {method: {**found, "security": []} for method, found in methods.items()}
        for path, methods in DOCUMENT["paths"].items()
    }
    schema = schemathesis.openapi.from_dict(open_to_all)
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """What the document says can be asked of an operation, and what it says cannot."""
    from schemathesis.generation import GenerationMode

    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if operation.path_parameters:
        good = st.one_of(good, good.map(there))
    if not operation.path_parameters and not operation.query and not operation.body:
        return good
    return st.one_of(good, good, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def there(case: Any) -> Any:
    """The same for something that there is."""
    case.path_parameters = {name: THERE[name] for name in case.path_parameters}
    return case


def noise() -> st.SearchStrategy[tuple[dict[str, str], list[tuple[str, str]]]]:
    """Headers and queries that no document names."""
    words = st.text(st.characters(codec="utf-8"), max_size=12)
    return st.tuples(st.fixed_dictionaries({}, optional=HEADERS), st.lists(st.tuples(words, words), max_size=3))


def sent_body(case: Any) -> bytes:
    from schemathesis.core import NotSet

    if isinstance(case.body, NotSet):
        return b""
    return case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode("utf-8", "surrogatepass")


def target(case: Any, more: list[tuple[str, str]]) -> str:
    asked = urlencode([*(case.query or {}).items(), *more], doseq=True, errors="replace")
    return f"{quote(case.formatted_path, safe='/%')}?{asked}"


def check(method: str, template: str, who: str, answer: Answer) -> None:
    """Nothing without a key, no 5xx, and nothing that the document does not say."""
    assert answer.status < 500, answer
    expected = [401] if who in ("nobody", "revoked", "wrong") else []
    expected = [403] if who == "read" and method == "POST" else expected
    if expected and template not in OPEN_PATHS:
        assert answer.status in expected, answer
    responses = DOCUMENT["paths"][template][method.lower()]["responses"]
    assert str(answer.status) in responses, answer
    kind = answer.headers["content-type"].partition(";")[0]
    shapes = responses[str(answer.status)]["content"]
    assert kind in shapes, answer
    if kind == "application/json":
        shape = {**shapes[kind]["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(shape).validate(answer.json())


@pytest.mark.process
@pytest.mark.parametrize("examples", [30, pytest.param(10_000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.timeout(7_200)
def test_a_fuzzer_finds_no_fault(
    tmp_path: Path, seed: int, operations: dict[str, Any], label: str, examples: int
) -> None:
    method, template = label.split()
    asked, good = 0, 0
    with opened(tmp_path) as (scene, runner):
        revoked_id, revoked = scene.keys.create("chat", 0.0)
        scene.keys.revoke(revoked_id)
        keys = {"chat": scene.key, "read": scene.reader, "revoked": revoked, "wrong": scene.key[:-1]}

        @settings(FUZZING, max_examples=examples)
        @given(cases(operations[label]), noise(), st.sampled_from(CALLERS))
        def one(case: Any, more: tuple[dict[str, str], list[tuple[str, str]]], who: str) -> None:
            nonlocal asked, good
            headers = {**{str(name): str(value) for name, value in (case.headers or {}).items()}, **more[0]}
            if who in keys:
                headers["Authorization"] = f"Bearer {keys[who]}"
            path = target(case, more[1])
            answer = runner.run(ask(scene.app, method, path, list(headers.items()), sent_body(case)))
            check(method, template, who, answer)
            asked, good = asked + 1, good + (answer.status == 200)

        for more in range(10):  # few of what is drawn may be right, and one at least has to be
            hypothesis.seed(seed + more)(one)()
            if good:
                break
    assert asked >= examples and good, (asked, good)


async def test_real_answers_fit_the_document(tmp_path: Path) -> None:
    paths = {"/health", "/v1/models", "/v1/models/stillwatch", "/api/status", "/api/incidents", "/api/incidents/I1"}
    with ScriptedLLM(script()) as upstream:
        async with (
            serving(tmp_path, upstream) as scene,
            httpx2.AsyncClient(timeout=60, headers=scene.headers()) as http,
        ):
            for path in sorted(paths):
                template = path.replace("stillwatch", "{model}").replace("I1", "{id}")
                shape = DOCUMENT["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
                value = (await http.get(f"{scene.root}{path}")).json()
                Draft202012Validator({**shape, "components": DOCUMENT["components"]}).validate(value)
            served = (await http.get(f"{scene.root}/openapi.json")).json()
    assert set(served["paths"]) == set(DOCUMENT["paths"]) and len(OPERATIONS) == 14


async def fuzz(scene: Scene, examples: int) -> str:
    """Over a real wire, with steps that follow from answers; what has no end is left to the fuzzer above."""
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run", f"{scene.root}/openapi.json"),
        *("--header", f"Authorization: Bearer {scene.key}", "--max-examples", str(examples), "--checks", CHECKS),
        *("--exclude-path", "/api/events", "--request-timeout", "20", "--phases", "examples,coverage,fuzzing,stateful"),
    ]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-6_000:]
    return said.decode()


@pytest.mark.process
@pytest.mark.parametrize("examples", [3, pytest.param(150, marks=pytest.mark.soak)])
@pytest.mark.timeout(7_200)
async def test_a_fuzzer_on_the_wire_finds_no_fault(tmp_path: Path, examples: int) -> None:
    with ScriptedLLM(script()) as upstream:
        gate = ScriptedGate(list={"proposals": []})
        async with serving(tmp_path, upstream, incident(**FAILED), gate=gate) as scene:
            object.__setattr__(scene.desk, "hear", lambda triggers: None)
            await fuzz(scene, examples)
