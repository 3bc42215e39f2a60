"""What a llama-server that was built here gains over the package: measured once, and remembered beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from stillwatch.helpers.engine import PACKAGE, present
from stillwatch.llm.speed import Work, free_port, measure, ratio

NAME = "gain.json"
SHORT = Work(rounds=3, prompt=240, output=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """How many times as fast as the package it reads a prompt and writes an answer; `_cpu`: by processor time.

    at: seconds since the epoch; model: the file that was used.
    """

    prompt: float
    output: float
    prompt_cpu: float
    output_cpu: float
    model: str
    at: float


async def measure_gain(
    place: Path, model: Path, runtime: Path, at: float, tell: Callable[[int, int], None]
) -> Gain | None:
    """Ask both engines in turn and remember the ratio; None without the package. Raises NotReachable where one does not
    come up. runtime: where the key lies."""
    if not present(PACKAGE):
        return None
    engines = (str(place), PACKAGE)
    speeds = await measure(engines, model, runtime, [free_port(), free_port()], SHORT, tell)
    better = ratio({name: speed.medians() for name, speed in speeds.items()}, str(place), PACKAGE)
    gain = Gain(**better, model=model.name, at=at)
    (place.parent / NAME).write_text(json.dumps(asdict(gain)) + "\n")
    return gain


def known_gain(engine: str) -> Gain | None:
    """What was measured for this llama-server, if anything was."""
    if engine == PACKAGE:
        return None
    try:
        return Gain(**json.loads((Path(engine).parent / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None
