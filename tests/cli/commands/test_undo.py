"""`undo`: through the real sockets of a real gate; it asks, takes back once, and says why not."""

from __future__ import annotations

import io
import json
import sys

import pytest

from stillwatch.cli import terminal as paper
from stillwatch.cli.show.proposal import MEASURED
from stillwatch.config import Paths
from stillwatch.gate.client import ask
from stillwatch.views.gate import APPROVE, LIST, PROPOSE, SHOW, KeptProposal
from tests.cli.conftest import Stillwatch
from tests.cli.gate_scene import propose
from tests.support.facts import facts


def stopped(paths: Paths) -> str:
    """A running unit, stopped after approval."""
    waiting = ask(paths, PROPOSE, door="propose", action="stop_unit", target="db.service")
    assert isinstance(waiting, KeptProposal)
    ask(paths, APPROVE, id=waiting.id, hash=waiting.hash)
    return waiting.id


def test_without_a_gate_it_is_exit_5(trial: Stillwatch) -> None:
    assert trial("undo").code == trial("undo", "A-1", "--yes").code == 5


def test_the_last_change_is_shown_and_taken_back(gate: Paths, trial: Stillwatch) -> None:
    number = stopped(gate)
    said = trial("undo", "--yes")
    assert said.code == 0, said.err
    assert f"{number}: start db.service" in said.out
    assert MEASURED[True] in said.out
    assert ask(gate, SHOW, id=number).state == "undone"
    again = trial("undo")
    assert (again.code, again.out) == (4, "")
    assert facts(again.err)[0] == "A-2"


def test_it_can_be_named_and_told_as_json(gate: Paths, trial: Stillwatch) -> None:
    number = stopped(gate)
    said = trial("undo", number, "--json", "--yes")
    assert (said.code, json.loads(said.out)["outcome"]["verified"]) == (0, True)
    refused = trial("undo", number, "--yes")
    assert refused.code == 4 and "is undone" in refused.err
    assert trial("undo", "A-0").code == 2


def test_what_cannot_be_taken_back_is_passed_over(gate: Paths, trial: Stillwatch) -> None:
    number = stopped(gate)
    waiting = propose(gate)
    ask(gate, APPROVE, id=waiting, hash=ask(gate, SHOW, id=waiting).hash)
    said = trial("undo", "--yes")
    assert said.code == 0 and f"take back {number}" in said.out


def test_with_nothing_to_take_back_it_says_so(gate: Paths, trial: Stillwatch) -> None:
    said = trial("undo")
    assert said.code == 4 and len(said.err.splitlines()) == 1


@pytest.mark.parametrize(("answer", "code", "state"), [("n\n", 1, "done"), ("y\n", 0, "undone")])
def test_on_a_terminal_one_is_asked_and_a_no_drops_it(
    gate: Paths, trial: Stillwatch, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, state: str
) -> None:
    number = stopped(gate)
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    monkeypatch.setattr(paper, "is_terminal", lambda stream: stream is sys.stdin)
    assert trial("undo").code == code
    assert ask(gate, SHOW, id=number).state == state
    assert ask(gate, LIST).proposals == []


def test_without_a_terminal_nothing_is_taken_back_unasked(gate: Paths, trial: Stillwatch) -> None:
    number = stopped(gate)
    said = trial("undo", "--json")
    assert said.code == 2 and f"undo {number} --yes" in said.err
    assert ask(gate, SHOW, id=number).state == "done"
    assert ask(gate, LIST).proposals == []


def test_what_the_gate_does_not_let_approve_waits_with_the_next_step(gate: Paths, trial: Stillwatch) -> None:
    stopped(gate)
    said = trial("undo", "--code", "000000")
    assert said.code == 4 and "A-2" in said.err
    assert [one.id for one in ask(gate, LIST).proposals] == ["A-2"]


def test_explain_asks_the_gate_and_without_one_judges_the_words(
    gate: Paths, trial: Stillwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = stopped(gate)
    said = trial("explain", "action", "undo", number, "--json")
    assert said.code == 3 and json.loads(said.out)["does"] == f"take back {number}: start db.service again"


def test_explain_without_a_gate_judges_the_words(trial: Stillwatch) -> None:
    found = trial("explain", "action", "undo", "A-17", "--json")
    said = json.loads(found.out)
    assert (found.code, said["verdict"], said["missing"]) == (3, "ask", ["A-17"])
