"""What the doctor says about models, memory and ports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from stillwatch.config import Config, Llm, Paths, TierConfig, find_paths
from stillwatch.doctor.models import NO_WORDS, _is_daemon, _parent, engine, memory_advice, own_tiers, ports, tier_models
from stillwatch.helpers.engine import NO_ANSWER, OTHER_PROCESSOR
from stillwatch.llm.engines import BUILD

GIB = 1 << 30


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("STILLWATCH_MODEL_DIR", str(tmp_path / "models"))
    return find_paths(None, str(tmp_path / "state"), str(tmp_path / "run"))


def config(**tiers: object) -> Config:
    return msgspec.convert({"llm": tiers}, Config)


def put_model(paths: Paths, name: str, size: int) -> None:
    paths.models.mkdir(exist_ok=True)
    with (paths.models / name).open("wb") as file:
        file.write(b"GGUF")
        file.truncate(size)


def test_no_model_is_told_once_for_all_tiers(paths: Paths) -> None:
    (found,) = tier_models(Config(), paths)
    assert not found.ok
    assert found.text.startswith("trigger and review and meta: ")
    assert found.mend == "stillwatch models pull smollm2-135m"


def test_which_case_this_is(paths: Paths) -> None:
    put_model(paths, "tiny.gguf", 50_000_000)
    assert all(NO_WORDS in found.text for found in tier_models(Config(), paths))
    put_model(paths, "large.gguf", 900_000_000)
    said = {found.topic: found.text for found in tier_models(Config(), paths)}
    assert said["meta model"].startswith("large.gguf, ") and NO_WORDS not in said["meta model"]


def test_a_model_that_is_named_and_not_here(paths: Paths) -> None:
    put_model(paths, "large.gguf", 900_000_000)
    found = [one for one in tier_models(config(meta={"model": "qwen3-4b"}), paths) if not one.ok]
    assert [one.mend for one in found] == ["stillwatch models pull qwen3-4b"]
    found = [one for one in tier_models(config(meta={"model": "unheard-of"}), paths) if not one.ok]
    assert [one.mend for one in found] == ["stillwatch models list"]


def test_tiers_elsewhere_or_switched_off_are_not_ours(paths: Paths) -> None:
    elsewhere = config(
        trigger={"url": "http://127.0.0.1:1/v1"}, review={"enabled": False}, meta={"url": "http://127.0.0.1:1/v1"}
    )
    assert own_tiers(elsewhere) == []
    assert list(tier_models(elsewhere, paths)) == []
    assert list(memory_advice(elsewhere, paths)) == []
    assert [found.topic for found in ports(elsewhere)] == ["port 8083"]


def test_memory_decides_what_is_advised(paths: Paths) -> None:
    (small,) = memory_advice(Config(), paths, 1 * GIB)
    (large,) = memory_advice(Config(), paths, 16 * GIB)
    (none,) = memory_advice(Config(), paths, GIB // 4)
    assert "meta smollm2-135m" in small.text
    assert "meta qwen3-8b" in large.text
    assert not none.ok


def test_a_port_that_somebody_has_taken() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        found = {one.topic: one for one in ports(config(trigger={"port": taken}))}[f"port {taken}"]
    assert not found.ok
    assert "taken by" in found.text
    assert "[llm.trigger]" in found.text
    assert {one.topic: one for one in ports(config(trigger={"port": taken}))}[f"port {taken}"].ok


@pytest.mark.parametrize(("words", "ok"), [(["stillwatch", "run"], True), (["elsewhere", "run"], False)])
def test_the_port_of_a_daemon_that_runs_is_no_fault(words: list[str], ok: bool) -> None:
    script = (
        "import socket, sys\n"
        "listener = socket.create_server(('127.0.0.1', 0))\n"
        "print(listener.getsockname()[1], flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        taken = int(process.stdout.readline())
        found = {one.topic: one for one in ports(msgspec.convert({"api": {"port": taken}}, Config))}[f"port {taken}"]
        process.communicate("")
    assert found.ok is ok


def test_a_parent_that_cannot_be_seen_is_none() -> None:
    assert _parent(os.getpid()) == os.getppid()
    assert _parent(2**22 + 1) == 0
    assert not _is_daemon(0)


def a_server(tmp_path: Path, script: str) -> str:
    program = tmp_path / "llama-server"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("script", "ok", "says"),
    [
        ("echo 'version: 1234 (abc)' >&2", True, "llama-server 1234,"),
        ("kill -ILL $$", False, "another processor (illegal instruction)"),
        ("echo 'libfoo.so: cannot open' >&2; exit 127", False, "libfoo.so"),
        ("exit 3", False, "ends with 3"),
    ],
)
async def test_the_engine(
    script: str, ok: bool, says: str, tmp_path: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLWATCH_LLAMA_SERVER", a_server(tmp_path, script))
    (found,) = await engine(Config(), paths)
    assert (found.ok, bool(found.mend)) == (ok, not ok)
    assert says in found.text


async def test_an_engine_that_hangs(tmp_path: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillwatch.helpers.engine.SECONDS", 0.2)
    monkeypatch.setenv("STILLWATCH_LLAMA_SERVER", a_server(tmp_path, "sleep 60"))
    (found,) = await engine(Config(), paths)
    assert not found.ok and str(tmp_path) in found.text and NO_ANSWER in found.text


async def test_an_engine_that_is_passed_over_is_a_finding(
    tmp_path: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STILLWATCH_LLAMA_SERVER", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    a_server(tmp_path, "kill -ILL $$")
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = await engine(Config(), paths)
    assert not found.ok and found.mend == BUILD
    assert "xllamacpp" in found.text and f"{tmp_path}/llama-server: {OTHER_PROCESSOR}" in found.text


async def test_no_engine_and_none_needed(tmp_path: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLWATCH_LLAMA_SERVER", str(tmp_path / "none"))
    (found,) = await engine(Config(), paths)
    assert not found.ok and found.mend
    elsewhere = TierConfig(url="http://127.0.0.1:9/v1")
    (needless,) = await engine(Config(llm=Llm(trigger=elsewhere, review=elsewhere, meta=elsewhere)), paths)
    assert needless.ok
