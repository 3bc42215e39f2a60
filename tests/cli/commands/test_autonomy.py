"""`autonomy`: what the gate says; without one, what the file sets."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from stillwatch.cli.commands.autonomy import capped
from stillwatch.config import Paths
from tests.cli.conftest import Stillwatch
from tests.cli.gate_scene import trial_app


def test_without_a_gate_the_ceiling_is_shown_and_nothing_can_be_set(trial: Stillwatch) -> None:
    shown = json.loads(trial("autonomy", "--json").out)
    assert (shown["gate"], shown["level"]) == (False, "suggest")
    assert "\n  gate " in trial("autonomy").out
    said = trial("autonomy", "set", "observe")
    assert (said.code, said.out) == (5, "")


def test_set_and_show(gate: Paths, trial: Stillwatch) -> None:
    assert "observe" in trial("autonomy", "set", "observe").out
    assert json.loads(trial("autonomy", "show", "--json").out)["level"] == "observe"


def test_how_actions_fared_is_shown(gate: Paths, trial: Stillwatch) -> None:
    with sqlite3.connect(gate.gate_state / "gate.db") as database:
        database.execute("INSERT INTO ledger (action, target, verified) VALUES ('restart_unit', 'web.service', 1)")
    assert "restart_unit web.service: 1 verified, 0 failed" in trial("autonomy").out


def test_a_trial_ends_at_suggest(gate: Paths, trial: Stillwatch) -> None:
    for level in ("auto-safe", "auto-full"):
        said = trial("autonomy", "set", level)
        assert said.code == 4
        assert "suggest" in said.err


@pytest.mark.parametrize("level", ["", "all", "AUTO-FULL", "auto-full\x00"])
def test_a_level_that_is_none(gate: Paths, trial: Stillwatch, level: str) -> None:
    assert trial("autonomy", "set", level).code == 2


def test_the_cap_of_a_trial(tmp_path: Path) -> None:
    assert capped(trial_app(tmp_path, "auto-full")) == "suggest"
    assert capped(trial_app(tmp_path, "observe")) == "observe"
