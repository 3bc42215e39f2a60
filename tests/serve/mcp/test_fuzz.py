"""Each method of MCP with parameters of every shape: an answer or an error by the protocol, never a fault of ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serve.asgi import ask
from tests.serve.mcp.test_server import RESTART, WAITS
from tests.serve.scene import FAILED, Scene, ScriptedGate, script, serving
from tests.support.fuzzing import FUZZING
from tests.support.scripted_llm import ScriptedLLM
from tests.think.incidents import incident

pytestmark = pytest.mark.process
CALL = {"name": "unit_status", "arguments": {"unit": "web.service"}}
METHODS: dict[str, dict[str, Any]] = {
    "initialize": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    "ping": {},
    "tools/list": {},
    "tools/call": CALL,
    "tools/call of propose": {"name": "propose", "arguments": RESTART},
    "resources/list": {},
    "resources/read": {"uri": "stillwatch://status"},
    "resources/templates/list": {},
    "prompts/list": {},
    "completion/complete": {"ref": {"type": "ref/prompt", "name": "x"}, "argument": {"name": "a", "value": "b"}},
    "logging/setLevel": {"level": "debug"},
    "notifications/cancelled": {"requestId": 1},
    "nothing/like/it": {},
}
WORDS = st.one_of(st.text(st.characters(codec="utf-8"), max_size=20), st.sampled_from(["web.service", "\x00", "A-17"]))
ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)
CALLERS = ("chat", "chat", "read", "nobody", "wrong")


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Scene, ScriptedGate, asyncio.Runner]]:
    """A scene for code that is not asynchronous itself."""
    gate = ScriptedGate(propose=WAITS, list={"proposals": []})
    with asyncio.Runner() as runner, ScriptedLLM(script()) as upstream:
        stack = AsyncExitStack()
        scene = runner.run(stack.enter_async_context(serving(folder, upstream, incident(**FAILED), gate=gate)))
        try:
            yield scene, gate, runner
        finally:
            runner.run(stack.aclose())


def spoilt(good: dict[str, Any]) -> st.SearchStrategy[Any]:
    """As it should be, with one thing replaced or added, or something else altogether."""
    replaced = st.builds(lambda key, value: {**good, key: value}, st.sampled_from([*good, "_meta", "cursor"]), ANY)
    inner = good.get("arguments")
    within = st.builds(lambda key, value: {**good, "arguments": {**(inner or {}), key: value}}, WORDS, ANY)
    return st.one_of(st.just(good), replaced, within if inner else replaced, ANY)


@pytest.mark.parametrize("examples", [50, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(0)])])
@pytest.mark.parametrize("method", METHODS)
def test_no_message_is_a_fault_and_none_is_heard_without_a_key(
    tmp_path: Path, seed: int, method: str, examples: int
) -> None:
    name, good = method.partition(" ")[0], METHODS[method]
    with opened(tmp_path) as (scene, gate, runner):
        keys = {"chat": scene.key, "read": scene.reader, "wrong": scene.key[:-1]}
        asked = 0

        @hypothesis.seed(seed)
        @settings(FUZZING, max_examples=examples)
        @given(spoilt(good), st.one_of(st.just(1), ANY), st.sampled_from(CALLERS), st.integers(0, 40))
        def one(params: Any, number: Any, who: str, cut: int) -> None:
            nonlocal asked
            asked += 1
            body = json.dumps({"jsonrpc": "2.0", "id": number, "method": name, "params": params}).encode()
            body = body if cut else body[: len(body) // 2]
            headers = [("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream")]
            headers += [("Authorization", f"Bearer {keys[who]}")] if who in keys else []
            before = len(gate.said)
            answer = runner.run(ask(scene.app, "POST", "/mcp", headers, body))
            assert answer.status < 500 and b"Traceback" not in answer.body, answer
            assert (answer.status == 401) is (who in ("nobody", "wrong")), answer
            assert len(gate.said) == before or who == "chat", "only a key for chat may propose"
            if answer.body and answer.status != 401:
                assert json.loads(answer.body)["jsonrpc"] == "2.0", answer

        one()
    assert asked >= examples / 2, "what has few shapes is tried in all of them"
