"""llama-server and xllamacpp on the same prompts, in turn, in the same run: tokens a second of the clock and of
processor time, memory, and how they compare.

usage: python bench/engines.py [MODEL.gguf] [ROUNDS] [PROMPT_TOKENS] [OUTPUT_TOKENS]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from stillwatch.errors import NotReachable
from stillwatch.helpers.engine import PACKAGE, tried
from stillwatch.llm.engines import BUILD, find_native
from stillwatch.llm.speed import MIB, Work, free_port, measure, ratio
from tests.support.rig import model_dir

MODEL = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
COLUMNS = ("prompt", "output", "prompt_cpu", "output_cpu")


async def main(model: Path, work: Work) -> int:
    native = find_native()
    engines = [*([str(native)] if native else []), PACKAGE]
    with tempfile.TemporaryDirectory() as runtime:
        ports = [free_port() for _ in engines]
        speeds = await measure(engines, model, Path(runtime), ports, work, lambda done, wanted: None)
    print(f"{model.name}, {work.rounds} rounds in turn; medians (least to most)")
    print(f"{'tokens a second':<34}{'prompt':>24}{'output':>24}{'prompt/CPU s':>14}{'output/CPU s':>14}{'MiB':>7}")
    for name, speed in speeds.items():
        medians, cells = speed.medians(), ""
        for kind in COLUMNS[:2]:
            values = getattr(speed, kind)
            cells += f"{f'{medians[kind]:.1f} ({min(values):.1f} to {max(values):.1f})':>24}"
        cells += "".join(f"{medians[kind]:>14.1f}" for kind in COLUMNS[2:])
        print(f"{str(tried(name))[:33]:<34}{cells}{speed.memory / MIB:>7.0f}")
    if native is None:
        print(f"no llama-server to compare with – {BUILD}")
        return 0
    better = ratio({name: speed.medians() for name, speed in speeds.items()}, PACKAGE, str(native))
    print(f"{'xllamacpp : llama-server':<34}{better['prompt']:>24.2f}{better['output']:>24.2f}", end="")
    print(f"{better['prompt_cpu']:>14.2f}{better['output_cpu']:>14.2f}")
    return 0


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    chosen = Work(rounds=int(given.get(1, 5)), prompt=int(given.get(2, 400)), output=int(given.get(3, 48)))
    try:
        sys.exit(asyncio.run(main(Path(given.get(0, model_dir() / MODEL)), chosen)))
    except NotReachable as error:
        sys.exit(f"bench/engines: {error}")
