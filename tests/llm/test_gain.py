"""The measurement itself: test_speed.py."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from stillwatch.llm import gain
from stillwatch.llm.gain import NAME, Gain, known_gain, measure_gain

SEEN = Gain(prompt=1.2, output=1.1, prompt_cpu=1.3, output_cpu=1.0, model="m.gguf", at=5.0)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"prompt": 1}', json.dumps({**asdict(SEEN), "more": 1})])
def test_what_cannot_be_read_is_not_known(text: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text)
    assert known_gain(str(tmp_path / "llama-server")) is None


def test_what_was_measured_is_known(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps(asdict(SEEN)))
    assert known_gain(str(tmp_path / "llama-server")) == SEEN


async def test_without_the_package_there_is_nothing_to_compare_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gain, "present", lambda name: False)
    assert await measure_gain(tmp_path / "x", tmp_path / "m", tmp_path, 0.0, lambda done, total: None) is None
