"""`models engine`: what is told of the engine, and a build whose work is another's (tests/llm/test_build.py)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stillwatch.cli.global_options import door
from stillwatch.config import Config, find_paths
from stillwatch.helpers.engine import OTHER_PROCESSOR
from stillwatch.llm import build as building
from stillwatch.llm import gain as gains
from stillwatch.llm.gain import Gain
from tests.cli.conftest import Stillwatch
from tests.cli.scene import FakeService, app_of

SEEN = Gain(prompt=1.5, output=1.25, prompt_cpu=1.6, output_cpu=1.1, model="m.gguf", at=1.0)


@pytest.fixture
def host(stillwatch: Stillwatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with the package and no llama-server; returns where one would be built."""
    for name, value in (("STILLWATCH_MODEL_DIR", "models"), ("XDG_CACHE_HOME", "cache"), ("PATH", "bin")):
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.delenv("STILLWATCH_LLAMA_SERVER", raising=False)
    monkeypatch.setattr("stillwatch.llm.engines.INSTALLED", tmp_path / "installed/llama-server")
    paths = find_paths(None, str(tmp_path), str(tmp_path))
    app: Any = SimpleNamespace(**{**vars(app_of(FakeService())), "paths": paths, "config": Config()})
    monkeypatch.setattr(door, "build", lambda _: app)
    from stillwatch.llm.engines import cached_binary

    return cached_binary()


@pytest.fixture
def built(host: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Gain | None], None]:
    """A build that succeeds at once, and a measurement."""

    async def build(place: Path, tell: Any, **options: Any) -> Path:
        place.parent.mkdir(parents=True)
        place.write_text("#!/bin/sh\necho version: 9\n")
        place.chmod(0o755)
        tell("compiling", 3, 4)
        return place

    def measured(found: Gain | None) -> None:
        async def measure(place: Path, *rest: Any) -> Gain | None:
            if found:
                (place.parent / gains.NAME).write_text(json.dumps(asdict(found)))
            return found

        monkeypatch.setattr(gains, "measure_gain", measure)

    monkeypatch.setattr(building, "build", build)
    return measured


def test_the_package_is_told_of_and_what_could_be_gained(host: Path, stillwatch: Stillwatch) -> None:
    said = stillwatch("models", "engine")
    assert said.code == 0 and said.out.startswith("✓ xllamacpp ") and "models engine build" in said.out
    value = json.loads(stillwatch("models", "engine", "show", "--json").out)
    assert value["engine"]["kind"] == "xllamacpp" and value["engine"]["path"] is None and value["engine"]["version"]
    assert (value["gain"], value["building"], value["others"], value["problem"]) == (None, None, [], None)


def test_a_broken_llama_server_is_passed_over_and_told(host: Path, stillwatch: Stillwatch) -> None:
    host.parent.mkdir(parents=True)
    host.write_text("#!/bin/sh\nkill -ILL $$\n")
    host.chmod(0o755)
    said = stillwatch("models", "engine")
    assert said.code == 0 and f"✗ {host}: {OTHER_PROCESSOR}" in said.out
    value = json.loads(stillwatch("models", "engine", "--json").out)
    assert [each["path"] for each in value["passed_over"]] == [str(host)]


def test_no_engine_is_exit_code_5(host: Path, stillwatch: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLWATCH_LLAMA_SERVER", "/none")
    said = stillwatch("models", "engine")
    assert said.code == 5 and "/none" in said.out
    assert json.loads(stillwatch("models", "engine", "--json").out)["engine"] is None


def test_a_build_says_where_it_is_and_what_was_gained(host: Path, built: Any, stillwatch: Stillwatch) -> None:
    built(SEEN)
    (host.parents[3] / "models").mkdir()
    (host.parents[3] / "models/tiny.gguf").write_bytes(b"GGUF" + bytes(100))
    said = stillwatch("models", "engine", "build")
    assert said.code == 0 and str(host) in said.out and "1.60 ×" in said.out and "1.10 ×" in said.out
    assert "compiling … 75 %" in said.err
    shown = stillwatch("models", "engine")
    assert "llama-server 9" in shown.out and "1.60 ×" in shown.out and "xllamacpp" in shown.out
    assert json.loads(stillwatch("models", "engine", "--json").out)["gain"]["prompt"] == 1.5


def test_without_a_model_nothing_is_measured(host: Path, built: Any, stillwatch: Stillwatch) -> None:
    built(None)
    said = stillwatch("models", "engine", "build")
    assert said.code == 0 and "×" not in said.out and "stillwatch models pull" in said.out


def test_what_a_build_lacks_is_one_line(host: Path, stillwatch: Stillwatch) -> None:
    said = stillwatch("models", "engine", "build")
    assert said.code == 5 and "apt-get install -y cmake ninja-build g++" in said.err
    assert stillwatch("models", "engine", "build", "--background").code == 5


def test_in_the_background_the_same_command_goes_on(
    host: Path, stillwatch: Stillwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Sequence[str]] = []

    def go(argv: Sequence[str], place: Path) -> Path:
        started.append(argv)
        return place.parent / "build.log"

    monkeypatch.setattr(building, "in_background", go)
    said = stillwatch(
        "models", "engine", "build", "--background", "--again", "--sdist", "x.tar.gz", "--state-dir", "/s"
    )
    assert said.code == 0 and "build.log" in said.out
    assert started == [
        [
            sys.executable,
            *("-m", "stillwatch", "--state-dir=/s", "models", "engine", "build", "--jobs=0", "--again"),
            f"--sdist={Path.cwd()}/x.tar.gz",
        ]
    ]


def test_wrong_words_are_wrong_usage(host: Path, stillwatch: Stillwatch) -> None:
    assert stillwatch("models", "engine", "demolish").code == 2
