from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.llm import gain
from stillwatch.llm.gain import known_gain, measure_gain
from stillwatch.llm.speed import Speed, Work, free_port, measure, ratio
from tests.support.rig import REPOSITORY, llama_server, model_dir

SMALL = model_dir() / "SmolLM2-135M-Instruct.Q4_1.gguf"


def test_a_ratio_is_of_medians() -> None:
    slow = Speed(prompt=[10, 20, 90], output=[5, 5, 5], prompt_cpu=[1, 1, 1], output_cpu=[2, 2, 2])
    quick = Speed(prompt=[30, 30, 30], output=[10, 5, 5], prompt_cpu=[2, 2, 2], output_cpu=[1, 1, 1])
    found = ratio({"a": slow.medians(), "b": quick.medians()}, "b", "a")
    assert found == {"prompt": 1.5, "output": 1.0, "prompt_cpu": 2.0, "output_cpu": 0.5}


@pytest.mark.real_model
async def test_an_engine_is_measured(tmp_path: Path, engine: str) -> None:
    told: list[tuple[int, int]] = []
    work = Work(rounds=2, prompt=60, output=4)
    speeds = await measure([engine], SMALL, tmp_path, [free_port()], work, lambda *step: told.append(step))
    speed = speeds[engine]
    assert len(speed.prompt) == len(speed.output_cpu) == 2 and told[-1] == (2, 2)
    assert min(*speed.medians().values()) > 0 and speed.memory > 50 << 20


@pytest.mark.real_model
async def test_what_was_gained_is_remembered_beside_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gain, "SHORT", Work(rounds=2, prompt=60, output=4))
    native = llama_server()
    assert native is not None, "scripts/setup --tests builds one"
    place = tmp_path / "here/llama-server"
    place.parent.mkdir()
    place.symlink_to(native)
    assert known_gain(str(place)) is None
    found = await measure_gain(place, SMALL, tmp_path / "run", 1_000.0, lambda done, total: None)
    assert found and found.model == SMALL.name and found.prompt > 0
    assert known_gain(str(place)) == found and known_gain("xllamacpp") is None


@pytest.mark.real_model
def test_the_bench_runs_for_a_second() -> None:
    argv = [sys.executable, "bench/engines.py", str(SMALL), "1", "30", "4"]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=REPOSITORY, timeout=120, check=True)
    assert "xllamacpp : llama-server" in done.stdout and done.stdout.count("\n") == 5, done.stdout
