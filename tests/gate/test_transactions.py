"""R35 against the real PID 1: what it does with a verb on generated units, and what unit/transaction.py says before."""

from __future__ import annotations

import json

import pytest

from tests.support.rig import CODE, PYTHON, Machine

AT_ONCE = 100
ENTRY = f"{CODE}/tests/gate/transactions_entry.py"


def tried(seed: int, graphs: int) -> None:
    """On as many machines as it takes; one whose PID 1 does not survive a graph is given up, and few may be."""
    number, machines, changed, told = 0, 0, 0, 0
    while number < graphs:
        with Machine() as machine:
            argv = [PYTHON, ENTRY, str(seed), str(number), str(min(graphs, number + AT_ONCE))]
            seen = json.loads(machine.run(argv, timeout=570).stdout)
        assert seen["surprises"] == [], seen
        number, machines = seen["next"], machines + 1
        changed, told = changed + seen["changed"], told + seen["told"]
    assert machines <= graphs / 50 + 1, "machines were lost"
    assert graphs / 2 < changed and told < 3 * changed, "what is foretold should say something"


@pytest.mark.container
def test_r35_nothing_changes_that_was_not_foretold() -> None:
    tried(1, 100)


@pytest.mark.soak
@pytest.mark.container
def test_r35_nothing_changes_that_was_not_foretold_in_a_thousand() -> None:
    tried(2, 1_000)
