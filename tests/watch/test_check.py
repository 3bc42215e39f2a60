from __future__ import annotations

from stillwatch.watch.check import check_rules
from stillwatch.watch.family import load_rules, ordinary_lines
from stillwatch.watch.rule import Rule, Sample


def test_every_rule_keeps_its_promises() -> None:
    rules = load_rules()
    assert len(rules) >= 40
    assert check_rules(rules, ordinary_lines()) == []


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
    assert "not fire" in check_rules([rule(fires=(Sample(line="bang"),))])[0]
    assert "silent" in check_rules([rule(silent=(Sample(line="boom x"),))])[0]
    assert "what is" in check_rules([rule(fires=(Sample(line="boom now", fields={"what": "x"}),))])[0]
    assert "is about" in check_rules([rule(fires=(Sample(line="boom now", as_subject="x"),))])[0]
    assert "needs" in check_rules([rule(silent=())])[0]


def test_a_line_told_by_two_rules_is_a_defect_unless_they_know_each_other() -> None:
    other = rule(id="b-rule", match=r"\bboom", summary="b")
    assert check_rules([rule(), other])[0].startswith("a-rule: b-rule fires")
    assert (
        check_rules(
            [
                rule(),
                rule(id="b-rule", match=r"\bboom", summary="b", follows=("a-rule",), fires=(Sample(line="boom x"),)),
            ]
        )
        == []
    )
    assert "b-rule fires on" in check_rules([rule(silent=(Sample(line="bang"),)), BANG])[0]
    assert check_rules([rule(silent=(Sample(line="bang", told_by=("b-rule",)),)), BANG]) == []


def test_an_ordinary_line_stays_silent() -> None:
    assert "ordinary line" in check_rules([rule()], [Sample(line="boom all day")])[0]
    assert check_rules([rule(severity="info")], [Sample(line="boom all day")]) == []


def test_a_rule_that_needs_another_is_tried_after_it() -> None:
    assert check_rules([rule(needs=("b-rule",)), BANG]) == []


BANG = rule(id="b-rule", match=r"\bbang", summary="b", fires=(Sample(line="bang"),))
