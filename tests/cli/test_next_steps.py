"""What to type next, for the same state as the command that says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.cli.global_options import GlobalOptions
from stillwatch.cli.next_steps import next_steps

from .gate_scene import trial_app


@pytest.mark.parametrize("model", [False, True])
def test_a_model_is_proposed_where_there_is_none(tmp_path: Path, model: bool) -> None:
    app = trial_app(tmp_path)
    if model:
        app.paths.models.mkdir(parents=True)
        (app.paths.models / "tiny.gguf").write_bytes(b"GGUF")
    said = [each.text for each in next_steps(app, GlobalOptions(state_dir="/tmp/x"))]
    assert all("stillwatch --state-dir /tmp/x" in text for text in said)
    assert any("models pull" in text for text in said) != model
