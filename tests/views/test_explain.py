from __future__ import annotations

from stillwatch.views.explain import AutonomyView, ExplainView
from stillwatch.views.gate import EXPLAIN, STATUS
from stillwatch.views.shape import plain
from tests.support.gate_answers import whole


def test_each_level_has_its_verdict_and_beside_it_the_rule() -> None:
    shown = ExplainView.of(whole(EXPLAIN, {"does": "restart it"}))
    assert set(shown.by_autonomy.values()) == {"ask"} and shown.does == "restart it"
    assert shown.rules and shown.rules["suggest"].rule == "default"


def test_what_is_not_known_of_a_command_is_left_out() -> None:
    shown = plain(ExplainView("allow", "command:df", "it reads", "low", ["/usr/bin/df"], [], {}))
    assert isinstance(shown, dict) and set(shown) == {
        "verdict", "rule", "reason", "risk", "argv", "missing", "by_autonomy",
    }  # fmt: skip


def test_the_standing_of_a_gate_that_answers() -> None:
    shown = AutonomyView.of(whole(STATUS, {"paused": True, "quarantine": ["web.service"]}))
    assert shown.gate and shown.paused and shown.quarantine == ["web.service"] and not shown.why
