"""Rules tested by their own samples, all rules at once: what `stillwatch rules test` runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stillwatch.records.line import Line
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.watch.lint import lint, missing_samples, names, unknown_names
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter
from stillwatch.watch.rule import Rule, Sample


def check_rules(rules: Sequence[Rule], ordinary: Sequence[Sample] = ()) -> list[str]:
    """Every way in which the rules break their promises, one line each; empty when all is well.

    A rule needs samples of both kinds. Each `fires` makes it fire with its fields, and no rule that has nothing to do
    with it; on each `silent` and each ordinary line no rule fires at low or above, the named ones excepted.
    """
    broken = [f"{rule.id}: {problem}" for rule in rules for problem in lint(rule)]
    problems = [*missing_samples(rules), *unknown_names(rules), *broken]
    return problems or list(_Trial(rules).failures(ordinary))


class _Trial:
    """One set of rules, compiled once, through which every sample goes as every line does."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._prefilter = Prefilter(rules, cached=False)
        self._rules: Mapping[str, Rule] = {rule.id: rule for rule in rules}

    def failures(self, ordinary: Sequence[Sample]) -> Iterator[str]:
        for rule in self._rules.values():
            for sample in rule.fires:
                yield from self._of_fires(rule, sample)
            for sample in rule.silent:
                yield from self._of_silent(rule, sample)
        for sample in ordinary:
            for trigger in self._told(sample):
                yield f"{trigger.rule}: fires on an ordinary line: {sample.line!r}"

    def _of_fires(self, rule: Rule, sample: Sample) -> Iterator[str]:
        triggers = self._see([*self._before(rule), *_lines(sample)])
        own = next((trigger for trigger in triggers if trigger.rule == rule.id), None)
        yield from (f"{rule.id}: {problem}: {sample.line!r}" for problem in _unmet(sample, own))
        for trigger in triggers:
            if trigger.rule not in self._rules or trigger.severity == Severity.info:
                continue  # counted log-ins, or a mere fact
            if trigger.rule != rule.id and not _know_each_other(rule, self._rules[trigger.rule]):
                yield f"{rule.id}: {trigger.rule} fires too: {sample.line!r}"

    def _of_silent(self, rule: Rule, sample: Sample) -> Iterator[str]:
        triggers = self._see([*self._before(rule), *_lines(sample)])
        if any(trigger.rule == rule.id for trigger in triggers):
            yield f"{rule.id}: fires but should be silent: {sample.line!r}"
        others = (trigger for trigger in self._told(sample) if trigger.rule not in {rule.id, *sample.told_by})
        yield from (f"{rule.id}: {other.rule} fires on its silent sample: {sample.line!r}" for other in others)

    def _told(self, sample: Sample) -> list[Trigger]:
        return [trigger for trigger in self._see(_lines(sample)) if trigger.severity > Severity.info]

    def _before(self, rule: Rule) -> list[Line]:
        """The first sample of the first rule that it needs."""
        needed = (other for other in self._rules.values() if any(names(one, other.id) for one in rule.needs))
        first = next((other for other in needed if other.id != rule.id), None)
        return [*self._before(first), *_lines(first.fires[0])] if first else []

    def _see(self, lines: Sequence[Line]) -> Sequence[Trigger]:
        return Watcher(self._prefilter, host="sample").see(lines).triggers


def _lines(sample: Sample) -> list[Line]:
    return [sample.as_line()] * sample.times


def _know_each_other(one: Rule, two: Rule) -> bool:
    """Whether one of them names the other, so that a line which both tell is told as one."""

    def named(by: Rule, other: Rule) -> bool:
        return any(names(name, other.id) for name in (*by.needs, *by.excludes, *by.follows, *by.mends))

    return named(one, two) or named(two, one)


def _unmet(sample: Sample, trigger: Trigger | None) -> Iterator[str]:
    if trigger is None:
        yield "does not fire"
        return
    for name, value in sample.fields.items():
        if trigger.fields.get(name) != value:
            yield f"{name} is {trigger.fields.get(name)!r}, not {value!r}"
    if sample.as_subject is not None and trigger.subject != sample.as_subject:
        yield f"is about {trigger.subject!r}, not {sample.as_subject!r}"
