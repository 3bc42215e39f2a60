"""R35 against the real PID 1: what it does with a verb on generated units, and what unit/transaction.py says before."""

from __future__ import annotations

import json

import pytest

from tests.support.rig import CODE, PYTHON, Machine

ENTRY = f"{CODE}/tests/gate/transactions_entry.py"


def tried(machine: Machine, seed: int, graphs: int) -> None:
    told = json.loads(machine.run([PYTHON, ENTRY, str(seed), str(graphs)], timeout=570).stdout)
    assert told["surprises"] == [], told
    assert told["verbs"] == graphs and told["changed"] > graphs / 2, told
    assert told["told"] < 3 * told["changed"], "what is foretold should say something"


@pytest.mark.container
def test_r35_nothing_changes_that_was_not_foretold() -> None:
    with Machine() as machine:
        tried(machine, 1, 100)


@pytest.mark.soak
@pytest.mark.container
def test_r35_nothing_changes_that_was_not_foretold_in_a_thousand() -> None:
    with Machine() as machine:
        tried(machine, 2, 1_000)
