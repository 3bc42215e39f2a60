"""What the rules make of all lines of one masked form, where digits decide nothing: found once, then read off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stillwatch.records.line import Line
from stillwatch.watch.mask import loosen, unnamed
from stillwatch.watch.prefilter import FOREIGN, Prefilter, Verdict
from stillwatch.watch.rule import Found, Rule

Heard = tuple[bool, Sequence[tuple[Rule, Found]]]
"""Whether a rule knows the line, and who listens."""


class Kind:
    """Made of what was heard in one line; gives what would be heard in the others."""

    __slots__ = ("_rules", "_spoken")

    def __init__(self, heard: Heard) -> None:
        self._spoken = heard[0]
        self._rules = tuple((rule, found.form, tuple(_places(found))) for rule, found in heard[1])

    def heard(self, raw: bytes) -> Heard:
        return self._spoken, [
            (rule, Found({name: None if where is None else raw[where] for name, where in places}, form))
            for rule, form, places in self._rules
        ]


class Kinds:
    """Says of which lines a Kind can be made."""

    def __init__(self, screen: Prefilter) -> None:
        self._screen = screen
        self._steady: dict[int, bool] = {}

    def of(self, line: Line, verdict: Verdict, heard: Heard) -> Kind | None:
        """None where a digit, or what was said before, may change what is heard."""
        if verdict[0] <= FOREIGN or not line.subject:
            return None
        listening = {rule.id for rule, _ in heard[1]}
        by_name = False
        for index in verdict.order:
            rule = self._screen.rules[index]
            if by_name and rule.general:
                continue
            if not self._is_steady(index):
                return None
            by_name = by_name or (rule.id in listening and not rule.general and not rule.needs)
        return Kind(heard)

    def _is_steady(self, index: int) -> bool:
        if index not in self._steady:
            rule = self._screen.rules[index]
            self._steady[index] = (
                not rule.also
                and rule.cause != "oom"
                and all(
                    "<memcg>" not in pattern and is_blind_to_digits(pattern)
                    for pattern in (*rule.patterns, *rule.unless)
                )
            )
        return self._steady[index]


def is_blind_to_digits(pattern: str) -> bool:
    """Whether a pattern matches a text as it matches the same text with other digits, in the same places."""
    try:
        return loosen(pattern, bounded=True) == unnamed(pattern)
    except ValueError:
        return False


def _places(found: Found) -> Iterator[tuple[str, slice | None]]:
    """Where in the line each group stands."""
    for name, value in found.groups.items():
        start = -1 if found.match is None or value is None else found.match.start(name)
        yield name, None if value is None else slice(start, start + len(value))
