from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.install.polkit import granted, polkit_rules

POLICY = tomllib.loads("""
[[rule]]
name = "web"
actions = ["restart_unit"]
targets = ["web*.service", "ssh.service"]
verdict = "ask"
[[rule]]
name = "never"
actions = ["stop_unit"]
verdict = "refuse"
[[files]]
unit = "app.service"
[[cleaners]]
unit = "cleaner.service"
""")
UNITS = ["web.service", "web-2.service", "ssh.service", "db.service"]


def protected(unit: str) -> bool:
    return unit == "ssh.service"


def test_exact_units_and_verbs_of_what_the_policy_permits() -> None:
    assert granted(POLICY, UNITS, protected) == {
        "app.service": ("reset-failed", "start"),
        "cleaner.service": ("start",),
        "web-2.service": ("reset-failed", "restart", "start"),
        "web.service": ("reset-failed", "restart", "start"),
    }


def test_a_rule_without_targets_still_names_only_units_of_this_host() -> None:
    policy = {"rule": [{"verdict": "ask", "actions": ["terminate_process", "reload_unit"]}]}
    assert granted(policy, ["a.service"], protected) == {"a.service": ("reload", "reset-failed", "start")}


def test_the_rules_name_the_gate_and_never_unit_files() -> None:
    text = polkit_rules(granted(POLICY, UNITS, protected))
    assert 'subject.user !== "stillwatch-gate"' in text
    assert "manage-unit-files" not in text and "ssh.service" not in text


@pytest.mark.parametrize("unit", ["*.service", "a b.service", 'x".service', "web", "", "a.target", "a\n.service"])
def test_no_pattern_and_no_quote_reaches_the_rules(unit: str) -> None:
    with pytest.raises(ValueError, match="exact name"):
        polkit_rules({unit: ("start",)})
    assert granted({"files": [{"unit": unit}]}, [unit], protected) == {}


@given(st.lists(st.text(max_size=20)))
def test_any_unit_names_give_exact_ones_or_none(units: list[str]) -> None:
    policy = {"rule": [{"verdict": "allow", "actions": ["start_unit"]}]}
    polkit_rules(granted(policy, units, protected))
