from __future__ import annotations

import errno
import itertools
import os
import sys
from pathlib import Path

import pytest

from stillwatch.helpers import engine
from stillwatch.helpers.engine import arguments, command, first_that_runs, present, taken, tried


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_what_is_here(tmp_path: Path) -> None:
    assert present("xllamacpp") and command("xllamacpp")[:3] == [sys.executable, "-I", "-m"]
    assert present(program(tmp_path / "a", "")) and command("/x/a") == ["/x/a"]
    (tmp_path / "b").write_text("")
    assert not any(map(present, ("", str(tmp_path), str(tmp_path / "b"), str(tmp_path / "c"))))


@pytest.mark.parametrize(
    ("script", "version", "problem"),
    [
        ("echo loading >&2; echo 'version: 12 (x)' >&2; echo 'built with y'", "12 (x)", ""),
        ("true", "", ""),
        ("echo 'cannot open libx'; exit 127", "", "cannot open libx"),
        ("exit 3", "", "it ends with 3"),
        ("kill -ILL $$", "", "it was built for another processor (illegal instruction)"),
        ("kill -SEGV $$", "", "it ends with -11"),
    ],
)
def test_it_is_tried_where_it_may_crash(script: str, version: str, problem: str, tmp_path: Path) -> None:
    found = tried(program(tmp_path / "server", script))
    assert (found.version, found.problem) == (version, problem)


def test_one_that_hangs_or_cannot_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert os.strerror(errno.ENOENT) in tried(str(tmp_path / "none")).problem
    monkeypatch.setattr(engine, "SECONDS", 0.1)
    assert tried(program(tmp_path / "server", "sleep 60")).problem == engine.NO_ANSWER


def test_the_package_is_tried_as_it_is_run() -> None:
    found = tried("xllamacpp")
    assert found.problem == "" and found.version and str(found) == f"xllamacpp {found.version}"
    assert taken("xllamacpp") == found and str(taken("/x/server")) == "server"


def test_the_first_that_runs(tmp_path: Path) -> None:
    broken, good = program(tmp_path / "broken", "exit 1"), program(tmp_path / "good", "echo version: 1")
    never = program(tmp_path / "never", f"touch {tmp_path}/started")
    chosen, failed = first_that_runs([str(tmp_path / "none"), broken, good, never])
    assert chosen and chosen.name == good and [one.name for one in failed] == [broken]
    assert not (tmp_path / "started").exists()
    assert first_that_runs([]) == (None, [])


def test_the_command_line_keeps_it_to_ourselves() -> None:
    argv = arguments("/bin/x", model="/m", port=8080, key_file="/k", context=2048, threads=3, gpu_layers=-1)
    pairs = dict(itertools.pairwise(argv))
    assert (pairs["--host"], pairs["--api-key-file"]) == ("127.0.0.1", "/k")
    assert pairs["--cors-origins"] == "http://127.0.0.1:8080"
    assert (pairs["--threads"], pairs["--gpu-layers"], pairs["--parallel"]) == ("3", "all", "1")
    assert {"--no-ui", "--no-slots", "--offline"} <= set(argv)
    every = arguments("/bin/x", model="/m", port=8080, key_file="/k", context=2048)
    assert dict(itertools.pairwise(every))["--threads"] == str(os.cpu_count())
    forbidden = ("--tools", "--agent", "-ag", "--mcp-servers-config", "--mcp-servers-json", "--ui", "--api-key")
    assert not set(forbidden) & {*argv, *every}


def test_a_llama_server_of_another_age_is_passed_over(tmp_path: Path) -> None:
    """It knows its version and not our flags, as those of distributions may."""
    script = """for word; do case $word in
      --cors-origins) echo "error: invalid argument: $word" >&2; exit 1 ;;
      --version) echo "version: 3" ;;
    esac; done"""
    found = tried(program(tmp_path / "old", script))
    assert "another age" in found.problem and "--cors-origins" in found.problem
    chosen, _ = first_that_runs([str(tmp_path / "old"), "xllamacpp"])
    assert chosen and chosen.name == "xllamacpp"
