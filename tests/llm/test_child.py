from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import psutil
import pytest

from stillwatch.errors import NotReachable
from stillwatch.llm.child import Child
from stillwatch.llm.running import Launch
from tests.llm.test_servers import alive, eventually


def launch(engine: Path, **more: int) -> Launch:
    return Launch(engine=str(engine), model=Path("/m.gguf"), port=8080, key_file=Path("/k"), context=2048, **more)


def script(folder: Path, text: str) -> Path:
    path = folder / "server"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_command_line_has_what_it_was_launched_with() -> None:
    argv = launch(Path("/bin/x"), threads=3, gpu_layers=-1).argv()
    pairs = dict(itertools.pairwise(argv))
    assert (argv[0], pairs["--model"], pairs["--port"], pairs["--api-key-file"]) == ("/bin/x", "/m.gguf", "8080", "/k")
    assert (pairs["--ctx-size"], pairs["--threads"], pairs["--gpu-layers"]) == ("2048", "3", "all")


async def test_stop_ends_the_whole_group_even_one_that_does_not_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stillwatch.llm.child.STOP_SECONDS", 0.2)
    child = await Child.start(launch(script(tmp_path, "trap '' TERM\nsleep 500 &\necho started >&2\nwait\nsleep 500")))
    while not (inner := psutil.Process(child.pid).children()) or not child.last_words():
        await asyncio.sleep(0.02)
    await child.stop()
    assert not child.running
    assert await eventually(lambda: not any(alive(one.pid) for one in inner))


async def test_settings_meant_for_another_server_do_not_reach_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_ARG_HOST", "0.0.0.0")
    said = 'echo "host=$LLAMA_ARG_HOST $OMP_WAIT_POLICY" >&2\nexit 4'
    child = await Child.start(launch(script(tmp_path, said)))
    assert (await child.why_ended()).endswith("exit code 4: host= passive")


async def test_a_program_that_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "none"))
    with pytest.raises(NotReachable, match="cannot start"):
        await Child.start(launch(tmp_path / "none"))
