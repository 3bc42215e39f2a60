"""`approvals`: through the real sockets of a real gate; what is approved is exactly what was shown."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import sys

import pytest

from stillwatch.cli import terminal as paper
from stillwatch.cli.commands.approvals import NOTHING_WAITS
from stillwatch.config import Paths
from stillwatch.gate.client import ask
from stillwatch.gate.totp import code_at
from stillwatch.views.gate import SHOW
from tests.cli.conftest import Stillwatch
from tests.cli.gate_scene import propose
from tests.gate.stage import StillClock
from tests.support.facts import facts


def test_without_a_gate_it_is_exit_5_with_the_next_step(trial: Stillwatch) -> None:
    for words in ([], ["show", "A-1"], ["approve", "A-1"], ["reject", "A-1"], ["enroll"], ["unlock"]):
        said = trial("approvals", *words)
        assert said.code == 5
        assert "stillwatch gate" in said.err


def test_nothing_waits(gate: Paths, trial: Stillwatch) -> None:
    assert trial("approvals").out == f"{NOTHING_WAITS}\n"
    assert json.loads(trial("approvals", "--json").out) == []


def test_the_list_and_the_page(gate: Paths, trial: Stillwatch) -> None:
    propose(gate, because="evil\x1b[2J\nAPPROVED by root")
    assert "restart unit web.service" in trial("approvals").out
    page = trial("approvals", "show", "1").out
    assert "\x1b" not in page
    assert "│ evil [2J APPROVED by root" in page
    assert "success" in page
    assert ask(gate, SHOW, id="A-1").hash in page


def test_approve_carries_out_what_was_shown_once(gate: Paths, trial: Stillwatch) -> None:
    number = propose(gate)
    said = trial("approvals", "approve", number, "--yes")
    assert said.code == 0, said.err
    assert "outcome" in said.out
    again = trial("approvals", "approve", number, "--yes")
    assert again.code == 4
    assert facts(again.err)[0] == number
    assert trial("approvals", "list").out == f"{NOTHING_WAITS}\n"
    assert [row["state"] for row in json.loads(trial("approvals", "--all", "--json").out)] == ["done"]


def test_another_hash_is_refused_and_nothing_runs(gate: Paths, trial: Stillwatch) -> None:
    number = propose(gate)
    assert trial("approvals", "approve", number, "--hash", "0" * 64).code == 4
    assert ask(gate, SHOW, id=number).state == "waiting"


@pytest.mark.parametrize(
    ("answer", "code", "state"), [("\n", 1, "waiting"), ("no\n", 1, "waiting"), ("y\n", 0, "done")]
)
def test_on_a_terminal_one_is_asked_first(
    gate: Paths, trial: Stillwatch, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, state: str
) -> None:
    number = propose(gate)
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    monkeypatch.setattr(paper, "is_terminal", lambda stream: stream is sys.stdin)
    assert trial("approvals", "approve", number).code == code
    assert ask(gate, SHOW, id=number).state == state


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_without_a_terminal_nothing_is_approved_unasked(gate: Paths, trial: Stillwatch, more: list[str]) -> None:
    number = propose(gate)
    said = trial("approvals", "approve", number, *more)
    assert said.code == 2 and "--yes" in said.err
    assert ask(gate, SHOW, id=number).state == "waiting"


def test_r19_what_is_meant_unseen_is_meant_by_its_id(gate: Paths, trial: Stillwatch) -> None:
    """--yes holds for the proposal that was named; one that was renewed is another."""
    number = propose(gate)
    with contextlib.closing(sqlite3.connect(gate.gate_state / "gate.db", isolation_level=None)) as book:
        names = ", ".join(row[1] for row in book.execute("PRAGMA table_info(proposals)") if row[1] != "id")
        book.execute(f"INSERT INTO proposals ({names}) SELECT {names} FROM proposals")
        book.execute("UPDATE proposals SET state = 'renewed' WHERE id = 1")
    said = trial("approvals", "approve", number, "--yes")
    assert (said.code, "A-2" in said.err) == (4, True)
    assert json.loads(trial("approvals", "show", number, "--json").out)["state"] == "waiting"
    assert trial("approvals", "approve", "A-2", "--yes").code == 0


def test_reject(gate: Paths, trial: Stillwatch) -> None:
    number = propose(gate)
    said = trial("approvals", "reject", number, "--json")
    assert (said.code, json.loads(said.out)["state"]) == (0, "rejected")
    assert trial("approvals", "approve", number, "--yes").code == 4


@pytest.mark.parametrize("word", ["", "A-0", "A-", "1;2", "A-1\n", "-1", "A-" + "9" * 40, "\N{ARABIC-INDIC DIGIT ONE}"])
def test_what_is_no_id_is_wrong_usage(gate: Paths, trial: Stillwatch, word: str) -> None:
    assert trial("approvals", "show", "--", word).code == 2


def test_a_proposal_that_is_not_there(gate: Paths, trial: Stillwatch) -> None:
    said = trial("approvals", "show", "A-99")
    assert (said.code, said.out) == (4, "")


def test_enroll_shows_a_code_to_scan_and_its_codes_approve(
    gate: Paths, trial: Stillwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = trial("approvals", "enroll")
    assert said.code == 0
    assert "otpauth://totp/Stillwatch" in said.out
    assert any(block in said.out for block in "▀▄█")
    number = propose(gate)
    wrong = trial("approvals", "approve", number, "--code", "000000")
    assert wrong.code == 4
    secret = (gate.gate_state / "totp-secret").read_bytes()
    right = code_at(secret, int(StillClock().now()) // 30)
    assert trial("approvals", "approve", number, "--code", right).code == 0
    assert trial("approvals", "unlock").code == 0
