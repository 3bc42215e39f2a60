"""`resume`: after a pause, and for one unit."""

from __future__ import annotations

from stillwatch.config import Paths
from stillwatch.gate.client import ask
from stillwatch.views.gate import STATUS
from tests.cli.conftest import Stillwatch
from tests.support.facts import facts


def test_without_a_gate(trial: Stillwatch) -> None:
    assert trial("resume").code == 5


def test_resume_ends_the_pause(gate: Paths, trial: Stillwatch) -> None:
    trial("pause")
    assert trial("resume").code == 0
    assert ask(gate, STATUS).paused is False


def test_a_unit_that_is_not_in_quarantine(gate: Paths, trial: Stillwatch) -> None:
    said = trial("resume", "web.service")
    assert said.code == 4
    assert facts(said.err)[0] == "web.service" and "quarantine" in said.err
