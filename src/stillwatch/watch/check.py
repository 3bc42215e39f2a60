"""Rules tested by their own samples: what `stillwatch rules test` runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stillwatch.records.trigger import Trigger
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.rule import Rule, Sample, lint, missing_samples
from stillwatch.watch.screen import Screen


def check_rules(rules: Sequence[Rule]) -> list[str]:
    """Every way in which the rules break their promises, one line each; empty when all is well.

    A rule needs samples of both kinds; each `fires` makes it fire with its fields, each `silent` does not.
    """
    problems = missing_samples(rules)
    for rule in rules:
        problems += [f"{rule.id}: {problem}" for problem in lint(rule)] or list(_failures(rule))
    return problems


def _failures(rule: Rule) -> Iterator[str]:
    screen = Screen((rule,))
    for sample in rule.fires:
        yield from (f"{rule.id}: {problem}: {sample.line!r}" for problem in _unmet(sample, _try(screen, rule, sample)))
    for sample in rule.silent:
        if _try(screen, rule, sample) is not None:
            yield f"{rule.id}: fires but should be silent: {sample.line!r}"


def _try(screen: Screen, rule: Rule, sample: Sample) -> Trigger | None:
    """What the rule alone makes of the sample, through the same way that every line goes."""
    seen = Watcher(screen, host="sample").see([sample.as_line()] * sample.times)
    return next((trigger for trigger in seen.triggers if trigger.rule == rule.id), None)


def _unmet(sample: Sample, trigger: Trigger | None) -> Iterator[str]:
    if trigger is None:
        yield "does not fire"
        return
    for name, value in sample.fields.items():
        if trigger.fields.get(name) != value:
            yield f"{name} is {trigger.fields.get(name)!r}, not {value!r}"
    if sample.as_subject is not None and trigger.subject != sample.as_subject:
        yield f"is about {trigger.subject!r}, not {sample.as_subject!r}"
