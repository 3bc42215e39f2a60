from __future__ import annotations

from stillwatch.watch.check import check_rules
from stillwatch.watch.rule import Rule, Sample, load_rules


def test_every_rule_keeps_its_promises() -> None:
    rules = load_rules()
    assert len(rules) >= 40
    assert check_rules(rules) == []


def rule(**changes: object) -> Rule:
    plain: dict[str, object] = {
        "id": "a-rule",
        "match": r"\bboom (?P<what>[a-z]+)",
        "severity": "low",
        "summary": "{what}",
        "fires": (Sample(line="boom now", fields={"what": "now"}),),
        "silent": (Sample(line="calm"),),
    }
    return Rule(**{**plain, **changes})  # type: ignore[arg-type]


def test_a_good_rule_passes() -> None:
    assert check_rules([rule()]) == []


def test_each_broken_promise_is_told() -> None:
    assert "does not fire" in check_rules([rule(fires=(Sample(line="bang"),))])[0]
    assert "should be silent" in check_rules([rule(silent=(Sample(line="boom x"),))])[0]
    assert "what is" in check_rules([rule(fires=(Sample(line="boom now", fields={"what": "x"}),))])[0]
    assert "is about" in check_rules([rule(fires=(Sample(line="boom now", as_subject="x"),))])[0]
    assert "needs" in check_rules([rule(silent=())])[0]
