from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.llm import engines
from stillwatch.llm.engines import (
    VARIABLE,
    cached_binary,
    candidates,
    choose,
    engine_of,
    find_engine,
    find_native,
    processor_key,
)

BUILD = Path(__file__).parents[2] / "scripts/build-llama-server"
VERSION = "echo 'version: 7 (abc)' >&2"


def program(path: Path, script: str = VERSION) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a host with no llama-server."""
    monkeypatch.setattr(engines, "INSTALLED", tmp_path / "installed/llama-server")
    return {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def without_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillwatch.helpers.engine.PACKAGE", "no_such_package")
    monkeypatch.setattr(engines, "PACKAGE", "no_such_package")


def test_named_then_path_then_cache_then_installed_then_the_package(tmp_path: Path, host: dict[str, str]) -> None:
    assert find_engine(host).name == "xllamacpp" and find_native(host) is None
    installed = program(engines.INSTALLED)
    assert find_engine(host).name == installed
    cached = program(cached_binary(host))
    assert find_engine(host).name == cached
    on_path = program(tmp_path / "bin/llama-server")
    assert [engine.name for engine in candidates(host)] == [on_path, cached, installed, "xllamacpp"]
    assert find_native(host) == Path(on_path)
    named = program(tmp_path / "mine")
    assert [engine.name for engine in candidates(host | {VARIABLE: named})] == [named]
    assert [engine.name for engine in candidates(host | {VARIABLE: "xllamacpp"})] == ["xllamacpp"]


@pytest.mark.usefixtures("without_package")
async def test_none_at_all_says_what_to_do(host: dict[str, str]) -> None:
    for look in (find_engine, choose):
        with pytest.raises(NotReachable) as none:
            found = look(host)
            await found  # type: ignore[misc]
        assert "pip install" in none.value.next_step and "engine build" in none.value.next_step


def test_a_named_program_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotReachable, match=VARIABLE):
        find_engine({VARIABLE: str(tmp_path)})


async def test_the_first_that_runs_is_chosen_and_the_others_are_told(tmp_path: Path, host: dict[str, str]) -> None:
    broken = program(tmp_path / "bin/llama-server", "kill -ILL $$")
    cached = program(cached_binary(host))
    choice = await choose(host)
    assert (choice.engine.name, str(choice.tried)) == (cached, "llama-server 7")
    (failed,) = choice.failed
    assert failed.name == broken and "illegal instruction" in failed.problem


async def test_a_llama_server_for_another_processor_makes_way_for_the_package(host: dict[str, str]) -> None:
    program(cached_binary(host), "kill -ILL $$")
    choice = await choose(host)
    assert choice.engine.name == "xllamacpp" and choice.tried.version


@pytest.mark.usefixtures("without_package")
async def test_engines_that_do_not_run_are_all_named(tmp_path: Path, host: dict[str, str]) -> None:
    program(tmp_path / "bin/llama-server", "echo 'libx.so is not here' >&2; exit 127")
    with pytest.raises(NotReachable, match="libx") as none:
        await choose(host)
    assert none.value.next_step.endswith("engine build")


async def test_a_named_one_is_tried_only_by_whoever_wants_to_know(tmp_path: Path, host: dict[str, str]) -> None:
    named = program(tmp_path / "mine", "exit 3")
    assert (await choose(host | {VARIABLE: named})).engine.name == named
    with pytest.raises(NotReachable, match="ends with 3"):
        await choose(host | {VARIABLE: named}, even_named=True)


def test_a_process_tells_its_engine() -> None:
    names = [engine_of(name) for name in ("llama-server", "llama-xllamacpp", "llama", "python3", "")]
    assert names == ["llama-server", "xllamacpp", "", "", ""]


def test_another_processor_has_another_place(tmp_path: Path) -> None:
    keys = set()
    for number, flags in enumerate(["fpu sse avx2", "fpu sse", "avx2 sse fpu"]):
        cpuinfo = tmp_path / str(number)
        cpuinfo.write_text(f"processor : 0\nflags\t\t: {flags}\n\nprocessor : 1\nflags : x\n")
        keys.add(processor_key(cpuinfo))
    assert len(keys) == 2
    assert len(processor_key(tmp_path / "none")) == 12


def run_build(*arguments: str, cache: Path, path: str) -> subprocess.CompletedProcess[str]:
    environment = {"XDG_CACHE_HOME": str(cache), "PATH": path}
    command = [sys.executable, str(BUILD), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_the_build_agrees_on_the_place_and_builds_nothing_twice(tmp_path: Path) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path)}
    asked = run_build("--where", cache=tmp_path, path="/usr/bin:/bin")
    assert asked.stdout.strip() == str(cached_binary(environment))
    program(cached_binary(environment))
    again = run_build(cache=tmp_path, path="")
    assert (again.returncode, again.stdout.strip()) == (0, str(cached_binary(environment)))


def test_the_build_says_what_it_lacks(tmp_path: Path) -> None:
    lacking = run_build(cache=tmp_path, path=str(tmp_path))
    assert lacking.returncode == 1
    assert "apt-get install -y cmake ninja-build g++" in lacking.stderr


def test_the_build_refuses_another_source(tmp_path: Path) -> None:
    for name in ("cmake", "ninja", "c++"):
        program(tmp_path / "bin" / name)
    (tmp_path / "x.tar.gz").write_bytes(b"not the source")
    refused = run_build("--sdist", str(tmp_path / "x.tar.gz"), cache=tmp_path, path=str(tmp_path / "bin"))
    assert refused.returncode == 1
    assert "SHA-256" in refused.stderr
