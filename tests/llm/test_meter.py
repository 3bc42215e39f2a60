from __future__ import annotations

from stillwatch.llm.meter import Meter
from stillwatch.records.chat import Usage


def test_adds_up() -> None:
    meter = Meter()
    meter.add(Usage(prompt_tokens=10, cached_tokens=4, output_tokens=2, seconds=0.5))
    meter.add(Usage(prompt_tokens=1, seconds=0.25))
    assert meter.as_json() == {
        "calls": 2,
        "prompt_tokens": 11,
        "cached_tokens": 4,
        "output_tokens": 2,
        "seconds": 0.75,
    }
