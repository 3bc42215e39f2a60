from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.llm.binary import VARIABLE, cached_binary, find_binary, processor_key

BUILD = Path(__file__).parents[2] / "scripts/build-llama-server"


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_named_then_path_then_cache(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    with pytest.raises(NotReachable, match="build-llama-server"):
        find_binary(environment)
    cached = program(cached_binary(environment))
    assert find_binary(environment) == cached
    on_path = program(tmp_path / "bin/llama-server")
    assert find_binary(environment) == on_path
    named = program(tmp_path / "mine")
    assert find_binary(environment | {VARIABLE: str(named)}) == named


def test_a_named_program_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotReachable, match=VARIABLE):
        find_binary({VARIABLE: str(tmp_path)})


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
