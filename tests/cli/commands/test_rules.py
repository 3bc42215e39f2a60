"""`rules`: the list, and the test of the rules on their samples."""

from __future__ import annotations

import json
from types import SimpleNamespace

from tests.cli.conftest import Stillwatch
from tests.cli.scene import FakeService
from tests.support.facts import facts

RULES = [
    SimpleNamespace(id="oom-kill", severity="high", summary="the kernel killed {program}", cause="oom"),
    SimpleNamespace(id="odd", severity="low", summary="odd", cause=""),
]


def test_the_list(service: FakeService, stillwatch: Stillwatch) -> None:
    service.rule_list = RULES
    assert stillwatch("rules").out.splitlines() == [
        "high     oom-kill  the kernel killed {program}",
        "low      odd       odd",
    ]
    assert json.loads(stillwatch("rules", "--json").out)[1] == {
        "id": "odd",
        "severity": "low",
        "summary": "odd",
        "cause": None,
    }


def test_good_rules_are_exit_0(service: FakeService, stillwatch: Stillwatch) -> None:
    service.rule_list = RULES
    said = stillwatch("rules", "test")
    assert (said.code, facts(said.out)) == (0, ["2"])


def test_a_rule_against_its_sample_is_exit_1(service: FakeService, stillwatch: Stillwatch) -> None:
    service.rule_list, service.rule_problems = RULES, ["odd: does not fire on 'x\x1b'"]
    said = stillwatch("rules", "test")
    assert (said.code, said.out) == (1, "✗ odd: does not fire on 'x'\n1 problem in 2 rules\n")
    found = stillwatch("rules", "test", "--json")
    assert found.code == 1
    assert json.loads(found.out) == {"ok": False, "rules": 2, "problems": ["odd: does not fire on 'x\x1b'"]}
