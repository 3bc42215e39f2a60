"""Rules that know of each other: what fires only after another, and what another has told already."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from stillwatch.watch.lint import names
from stillwatch.watch.rule import Rule

REMEMBERED = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Firing:
    """A rule that fired: on which things, and when (seconds since the epoch)."""

    rule: Rule
    things: frozenset[str]
    first: float
    last: float


class Relations:
    """Remembers what fired on one host, at most REMEMBERED rules and things, the oldest forgotten first."""

    def __init__(self) -> None:
        self._fired: OrderedDict[tuple[str, frozenset[str]], Firing] = OrderedDict()

    def note(self, firing: Firing) -> None:
        key = (firing.rule.id, firing.things)
        self._fired[key] = firing
        self._fired.move_to_end(key)
        if len(self._fired) > REMEMBERED:
            self._fired.popitem(last=False)

    def lacks(self, firing: Firing) -> bool:
        """Whether none of the rules that it needs has fired."""
        return bool(firing.rule.needs) and not any(self._named(firing, firing.rule.needs))

    def retires(self, firing: Firing) -> bool:
        """Whether a rule that excludes it has spoken of the same thing; then it never fired, for the others, too."""
        others = self._named(firing, firing.rule.excludes)
        told = any(other.things & firing.things for other in others)
        if told:
            self._fired.pop((firing.rule.id, firing.things), None)
        return told

    def _named(self, firing: Firing, wanted: tuple[str, ...]) -> Iterator[Firing]:
        window = firing.rule.window
        for other in self._fired.values():
            if other.rule.id == firing.rule.id or not any(names(one, other.rule.id) for one in wanted):
                continue
            if other.first <= firing.last + window and firing.first <= other.last + window:
                yield other
