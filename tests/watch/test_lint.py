from __future__ import annotations

from stillwatch.watch.lint import lint, missing_samples, names, unknown_names
from stillwatch.watch.rule import Rule, Sample


def rule(name: str = "a-rule", **changes: object) -> Rule:
    return Rule(**{"id": name, "match": "x", "severity": "low", "summary": "s", **changes})  # type: ignore[arg-type]


def test_a_cause_must_be_in_the_catalogue() -> None:
    assert "catalogue" in lint(rule(cause="ghosts"))[0]


def test_a_group_is_not_repeated_possessively() -> None:
    assert lint(rule(match=r"(?:ab|c[0-9]){1,3}+x")) and not lint(rule(match=r"(?>(?:ab|c[0-9]){1,3})[a-c\)]{1,3}+x"))


def test_every_template_names_groups_that_exist() -> None:
    for key in ("summary", "subject", "object", "say"):
        assert "group 'disk'" in lint(rule(**{key: "{disk}"}))[0]
        assert lint(rule(match="(?P<disk>x)", **{key: "{disk}"})) == []


def test_a_rule_without_both_kinds_of_sample_is_told() -> None:
    assert missing_samples([rule(fires=(Sample(line="x"),))]) == ["a-rule: needs [[fires]] and [[silent]] samples"]


def test_a_rule_may_name_only_rules_that_exist() -> None:
    rules = [rule("md-failed"), rule("md-degraded", follows=("md-*",)), rule("swap-error", needs=("disk-error",))]
    (problem,) = unknown_names(rules)
    assert problem.startswith("swap-error: ") and problem.endswith("'disk-error'")


def test_a_name_may_be_a_glob() -> None:
    assert names("md-*", "md-failed")
    assert not names("md-*", "smart-failing")
