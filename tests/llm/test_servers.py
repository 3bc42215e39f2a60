from __future__ import annotations

import asyncio
import os
import socket
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from stillwatch.config import Llm, Paths, TierConfig
from stillwatch.llm.backend import OpenAIBackend
from stillwatch.llm.servers import LlamaServers
from stillwatch.records.chat import TIERS, Answer, Message
from tests.support.facts import facts
from tests.support.scripted_llm import ScriptedLLM

pytestmark = pytest.mark.process

MODELS = Path(os.environ.get("STILLWATCH_MODEL_DIR") or Path.home() / ".cache/stillwatch/models")
SMALL = MODELS / "SmolLM2-135M-Instruct.Q4_1.gguf"

FAKE = """\
#!{python}
import http.server, json, sys, pathlib
def option(name): return sys.argv[sys.argv.index(name) + 1]
key = pathlib.Path(option("--api-key-file")).read_text().strip()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        good = self.headers.get("Authorization") == "Bearer " + key
        body = json.dumps({{"model_path": option("--model"),
            "default_generation_settings": {{"n_ctx": int(option("--ctx-size"))}}}} if good else {{}}).encode()
        self.send_response(200 if good else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(option("--port"))), Handler).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def paths(folder: Path, models: Path | None = None) -> Paths:
    return Paths(
        config_file=None,
        state=folder,
        runtime=folder / "run",
        gate_state=folder,
        gate_runtime=folder,
        models=models or folder / "models",
        trial=True,
    )


def program(folder: Path, text: str) -> Path:
    path = folder / "llama-server"
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    return program(tmp_path, FAKE.format(python=sys.executable))


def config(tmp_path: Path, **models: str) -> Llm:
    """Tiers with model files of these names; the others are switched off."""
    tiers = {}
    for tier in TIERS:
        if tier in models:
            file = tmp_path / f"{models[tier]}.gguf"
            file.write_bytes(b"GGUF" + b"\0" * 100)
            tiers[tier] = TierConfig(model=str(file), port=free_port())
        else:
            tiers[tier] = TierConfig(enabled=False)
    return Llm(**tiers)


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


async def eventually(holds: Any, seconds: float = 30.0) -> bool:
    limit = time.monotonic() + seconds
    while not holds() and time.monotonic() < limit:
        await asyncio.sleep(0.02)
    return bool(holds())


async def test_three_tiers_with_one_file_share_a_server(tmp_path: Path, fake: Path, clock: Any) -> None:
    lines: list[str] = []
    llm = config(tmp_path, trigger="one", review="one", meta="other")
    async with LlamaServers(llm, paths(tmp_path), clock, engine=str(fake), progress=lines.append) as servers:
        assert {tier: servers.state(tier)[0] for tier in TIERS} == dict.fromkeys(TIERS, "ready")
        assert servers.url("trigger") == servers.url("review") != servers.url("meta")
        key_file = tmp_path / "run/llama.key"
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
        assert key_file.read_text().strip() == servers.key
        pids = [server.child.pid for server in servers._servers if server.child]
        assert len(pids) == 2
        assert all(os.getpgid(pid) == pid for pid in pids)
    assert not any(alive(pid) for pid in pids)
    assert any("trigger and review: ready" in line for line in lines)


async def test_a_running_server_is_used_again_and_left_running(tmp_path: Path, fake: Path, clock: Any) -> None:
    llm = config(tmp_path, meta="one")
    async with LlamaServers(llm, paths(tmp_path), clock, engine=str(fake)) as first:
        async with LlamaServers(llm, paths(tmp_path), clock, engine=str(fake)) as second:
            assert second.state("meta") == ("ready", "already running")
            assert second.key == first.key
        assert first._servers[0].child is not None
        assert first._servers[0].child.running


async def test_another_program_on_the_port_fails_one_tier_alone(tmp_path: Path, fake: Path, clock: Any) -> None:
    llm = config(tmp_path, review="one", meta="two")
    with ScriptedLLM(port=llm.review.port or 0, llama=False):
        async with LlamaServers(llm, paths(tmp_path), clock, engine=str(fake)) as servers:
            state, why = servers.state("review")
            assert state == "failed"
            assert f"port {llm.review.port} " in why
            assert servers.state("meta")[0] == "ready"
            assert servers.state("trigger")[0] == "off"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\necho 'error: bad tensor' >&2\necho bye >&2\nexit 3\n", "exit code 3: error: bad tensor"),
        ("#!/bin/sh\nkill -ILL $$\n", "built for another processor"),
        ("#!/bin/sh\nkill -KILL $$\n", "short of memory"),
        ("#!/nonexistent\n", "exit code 1"),
        ("#!/bin/sh\nhead -c 3000000 /dev/urandom >&2\nexit 9\n", "exit code 9"),
    ],
)
async def test_why_a_server_ended_early(tmp_path: Path, clock: Any, script: str, said: str) -> None:
    llm = config(tmp_path, meta="one")
    async with LlamaServers(llm, paths(tmp_path), clock, engine=str(program(tmp_path, script))) as servers:
        state, why = servers.state("meta")
        assert state == "failed"
        assert said in why
        assert "\n" not in why


async def test_a_server_that_never_gets_ready(tmp_path: Path, clock: Any) -> None:
    llm = config(tmp_path, meta="one")
    sleeper = program(tmp_path, "#!/bin/sh\nexec sleep 600\n")
    async with LlamaServers(llm, paths(tmp_path), clock, engine=str(sleeper), patience=0.3) as servers:
        state, why = servers.state("meta")
        assert (state, facts(why)) == ("failed", ["0.3"])
        assert servers._servers[0].child is not None
        assert not servers._servers[0].child.running


async def test_models_that_do_not_fit_into_memory_are_not_started(tmp_path: Path, fake: Path, clock: Any) -> None:
    llm = config(tmp_path, trigger="one", meta="two")
    room = 500 << 20
    async with LlamaServers(llm, paths(tmp_path), clock, engine=str(fake), available=lambda: room) as servers:
        assert servers.state("trigger")[0] == "ready"
        assert servers.state("meta")[0] == "failed"
        assert "memory" in servers.state("meta")[1]


async def test_missing_model_and_missing_program(tmp_path: Path, fake: Path, clock: Any, monkeypatch: Any) -> None:
    llm = Llm(trigger=TierConfig(model="qwen3-8b"))
    async with LlamaServers(llm, paths(tmp_path), clock, engine=str(fake)) as servers:
        assert servers.state("trigger")[0] == "missing"
        assert "models pull qwen3-8b" in servers.state("trigger")[1]
        assert "models pull smollm2-135m" in servers.state("meta")[1]
        assert servers.url("meta") is None
    monkeypatch.setenv("STILLWATCH_LLAMA_SERVER", str(tmp_path / "nowhere"))
    async with LlamaServers(llm, paths(tmp_path), clock) as servers:
        assert servers.state("meta")[0] == "missing"


async def test_what_ends_is_started_again_with_growing_pauses(tmp_path: Path, fake: Path, clock: Any) -> None:
    llm = config(tmp_path, meta="one")
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    async with LlamaServers(llm, paths(tmp_path), clock, engine=str(fake), supervise=True, sleep=sleep) as servers:
        server = servers._servers[0]
        for _ in range(3):
            assert server.child is not None
            old = server.child.pid
            os.kill(old, 9)
            assert await eventually(
                lambda old=old: server.state == "ready" and server.child and server.child.pid != old
            )
    assert pauses[:3] == [1.0, 2.0, 4.0]


PARENT = """
import asyncio, sys, time, pathlib
from stillwatch.config import Llm, TierConfig
from stillwatch.llm.servers import LlamaServers
from tests.llm.test_servers import paths
class Clock:
    def now(self): return time.time()
    def boot(self): return time.monotonic()
async def main():
    folder, engine, model, port = sys.argv[1:]
    off = TierConfig(enabled=False)
    llm = Llm(trigger=TierConfig(model=model, port=int(port), context=512), review=off, meta=off)
    async with LlamaServers(llm, paths(pathlib.Path(folder)), Clock(), engine=engine) as servers:
        print(servers.state("trigger")[0], servers._servers[0].child and servers._servers[0].child.pid, flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


async def killed_parent_leaves(folder: Path, engine: str, model: Path) -> bool:
    """Whether the server outlives its parent's kill -9 by more than ten seconds."""
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(folder), engine, str(model), str(free_port())]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    state, pid = (await asyncio.to_thread(parent.stdout.readline)).split()
    assert state == "ready"
    assert alive(int(pid))
    parent.kill()
    parent.wait()
    return not await eventually(lambda: not alive(int(pid)), 10.0)


async def test_kill_9_of_the_parent_leaves_no_server(tmp_path: Path, fake: Path) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF")
    assert not await killed_parent_leaves(tmp_path, str(fake), model)


@pytest.mark.real_model
async def test_kill_9_of_the_parent_leaves_no_real_server(tmp_path: Path, engine: str) -> None:
    assert not await killed_parent_leaves(tmp_path, engine, SMALL)


@pytest.mark.real_model
async def test_a_real_server_answers_within_its_schema(tmp_path: Path, clock: Any, engine: str) -> None:
    off = TierConfig(enabled=False)
    llm = Llm(trigger=TierConfig(model=str(SMALL), port=free_port(), context=1024), review=off, meta=off)
    schema = {"type": "object", "properties": {"cause": {"enum": ["oom", "disk-full"]}}, "required": ["cause"]}
    async with LlamaServers(llm, paths(tmp_path), clock) as servers:
        assert servers.state("trigger")[0] == "ready", servers.state("trigger")
        assert servers.engine("trigger").split()[0] == Path(engine).name
        url = servers.url("trigger")
        assert url is not None
        async with OpenAIBackend(url, clock=clock, key=servers.key) as model:
            ask = [Message(role="user", content="nginx was killed by the kernel for using too much memory. " * 10)]
            first = await model.chat(ask, schema=schema | {"additionalProperties": False}, max_tokens=40)
            again = await model.chat(ask, schema=schema | {"additionalProperties": False}, max_tokens=40)
            assert isinstance(first, Answer), first
            assert first.value["cause"] in ("oom", "disk-full")
            assert isinstance(again, Answer)
            assert again.usage.cached_tokens > 100
            assert await model.context_size() == 1024
            assert await model.count_messages(ask) == first.usage.prompt_tokens
            *pieces, last = [piece async for piece in model.stream(ask, max_tokens=12)]
            assert isinstance(last, Answer)
            assert "".join(str(piece) for piece in pieces) == last.text
            too_long = await model.chat([Message(role="user", content="word " * 3000)])
            assert too_long.reason == "too-long"  # type: ignore[union-attr]
            assert (await model.health())[0] == "ready"
        async with OpenAIBackend(url, clock=clock, key="wrong") as stranger:
            assert (await stranger.health())[0] == "failed"
        child = servers._servers[0].child
        assert child is not None
        async with LlamaServers(llm, paths(tmp_path), clock) as second:
            assert second.state("trigger") == ("ready", "already running")
            assert second.engine("trigger") == Path(engine).name
        child_ended = asyncio.create_task(child.ended())
        os.kill(child.pid, 9)
        assert await child_ended == -9 and "killed" in await child.why_ended()


CASES = (
    "kernel: Out of memory: Killed process 4242 (nginx) total-vm:123456kB, anon-rss:98765kB, file-rss:0kB",
    "Nov 22 10:00:01 host systemd[1]: nginx.service: Main process exited, code=exited, status=203/EXEC",
    "0123456789" * 40 + " \t\n\n\n" + "deadbeef" * 20,
    "日本語のログ 😀 \x00\x01\x02 ␀ ÄÖÜ",
    "xqzjkvbw" * 50,
    "{}[]();:!?#$%&*+-/=<>^_`|~" * 10,
)


@pytest.mark.real_model
@pytest.mark.usefixtures("engine")
async def test_three_tiers_on_three_real_models(tmp_path: Path, clock: Any) -> None:
    from stillwatch.llm.estimate import tokens_at_most
    from stillwatch.llm.tiers import chat_models

    llm = Llm(**{tier: TierConfig(port=free_port(), context=1024) for tier in TIERS})
    schema = {
        "type": "object",
        "properties": {
            "cause": {"enum": ["oom", "disk-full", "port-in-use"]},
            "why": {"type": "string", "maxLength": 80},
        },
        "required": ["cause", "why"],
        "additionalProperties": False,
    }
    async with LlamaServers(llm, paths(tmp_path, MODELS), clock) as servers:
        assert {tier: servers.state(tier)[0] for tier in TIERS} == dict.fromkeys(TIERS, "ready")
        assert [getattr(servers.model(tier), "name", "")[:16] for tier in TIERS] == [
            "SmolLM2-135M-Ins",
            "qwen2.5-coder-0.",
            "qwen2.5-coder-1.",
        ]
        models = chat_models(llm, clock, servers)
        for tier in TIERS:
            for text in CASES:
                assert await models[tier].count_tokens(text) <= tokens_at_most(text), (tier, text)
        ask = [Message(role="user", content=f"{CASES[0]}\nWhat is the cause? Answer in JSON.")]
        answers = [await models[tier].chat(ask, schema=schema, max_tokens=80, deadline=60) for tier in TIERS[1:]]
        assert [answer.value["cause"] for answer in answers if isinstance(answer, Answer)] == ["oom", "oom"], answers

        child = servers._servers[2].child
        assert child is not None
        os.kill(child.pid, 9)
        assert (await models["meta"].chat(ask, deadline=20)).reason == "unreachable"  # type: ignore[union-attr]
        assert isinstance(await models["review"].chat(ask, max_tokens=5, deadline=60), Answer)
        for model in models.values():
            await model.aclose()
