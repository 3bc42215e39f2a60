"""`policy`: checked before it is believed, and read again by the gate."""

from __future__ import annotations

import json
import tomllib
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from stillwatch.admin import policy as admin_policy
from stillwatch.admin.suggest import Suggestion
from stillwatch.cli.commands.policy import READ_BY_THE_GATE
from stillwatch.config import Paths
from tests.cli.conftest import Stillwatch

GOOD = """
[[rule]]
name = "web"
actions = ["restart_unit"]
targets = ["web.service"]
verdict = "ask"
[[cleaners]]
unit = "clean.service"
"""


def test_no_file_means_the_default(trial: Stillwatch) -> None:
    said = trial("policy", "check", "--json")
    shown = json.loads(said.out)
    assert (said.code, shown["ok"], shown["default"]) == (0, True, True)
    assert shown["file"] in trial("policy").out


def test_a_good_file(trial: Stillwatch, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(GOOD)
    shown = json.loads(trial("policy", "--json").out)
    assert shown["rules"] == [{"name": "web", "verdict": "ask", "actions": ["restart_unit"]}]
    assert shown["declared"] == {"cleaners": ["clean.service"]}
    assert "cleaners: clean.service" in trial("policy").out


@pytest.mark.parametrize(
    "text", ["rule = 7", "[[rule]]\nname='x'", "nonsense", "[[rule]]\nverdict='allow'\nname='X Y'", "\0"]
)
def test_a_bad_file_is_exit_1_with_the_reason(trial: Stillwatch, tmp_path: Path, text: str) -> None:
    bad = tmp_path / "other.toml"
    bad.write_text(text)
    said = trial("policy", "check", str(bad))
    assert said.code == 1
    assert "other.toml" in said.out


def test_a_file_that_others_may_write_is_not_believed(trial: Stillwatch, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(GOOD)
    file.chmod(0o666)
    assert "mode 100666" in trial("policy", "check").out


def test_a_file_that_is_not_there(trial: Stillwatch) -> None:
    assert trial("policy", "check", "/nowhere/policy.toml").code == 2


def test_apply_in_a_trial_has_the_gate_read_it_again(gate: Paths, trial: Stillwatch, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(GOOD)
    said = trial("policy", "apply", "--json")
    shown = json.loads(said.out)
    assert said.code == 0, said.err
    assert shown["gate"] == {"policy": shown["version"], "problem": ""}
    assert READ_BY_THE_GATE in trial("policy", "apply").out


def test_apply_without_a_gate_in_a_trial(trial: Stillwatch) -> None:
    assert trial("policy", "apply").code == 5


def test_suggestions_are_text_for_the_policy_file(trial: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    async def found(*_: object) -> list[Suggestion]:
        return [Suggestion(table="timers", fields={"unit": "backup.timer"}, why="it is off")]

    monkeypatch.setattr(admin_policy, "suggestions", found)
    page = trial("policy", "suggest").out
    assert tomllib.loads(page) == {"timers": [{"unit": "backup.timer"}]}
    assert json.loads(trial("policy", "suggest", "--json").out)[0]["why"] == "it is off"


def test_a_policy_on_standard_input_is_checked_whoever_wrote_it(
    trial: Stillwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, code in ((GOOD, 0), ("rule = 7", 1)):
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))
        shown = json.loads(trial("policy", "check", "-", "--json").out)
        assert (shown["ok"], shown["default"]) == (code == 0, False)


def test_polkit_rules_are_built_away_from_the_host(
    trial: Stillwatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = tmp_path / "units"
    units.write_text("web.service\nssh.service\nother.service\n")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(GOOD.encode())))
    said = trial("policy", "polkit", "--units", str(units))
    granted = json.loads(said.out.partition("stillwatchUnits = ")[2].partition(";\n")[0])
    assert set(granted) == {"web.service"} and "restart" in granted["web.service"]
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"rule = 7")))
    assert trial("policy", "polkit", "--units", str(units)).code != 0
    assert trial("policy", "polkit", "--units", "/nowhere").code == 2
