"""`pause`: the kill switch, at the real gate."""

from __future__ import annotations

import json

from stillwatch.config import Paths
from stillwatch.gate.client import ask
from stillwatch.views.gate import STATUS
from tests.cli.conftest import Stillwatch


def test_without_a_gate(trial: Stillwatch) -> None:
    said = trial("pause")
    assert (said.code, said.out) == (5, "")
    assert "`stillwatch gate`" in said.err


def test_pause_holds(gate: Paths, trial: Stillwatch) -> None:
    assert json.loads(trial("pause", "--json").out) == {"paused": True}
    assert ask(gate, STATUS).paused is True
    assert "resume" in trial("pause").out
