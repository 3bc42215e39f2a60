"""Rules that know of each other: what fires only after another, and what another has told already."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

from stillwatch.watch.lint import names
from stillwatch.watch.rule import Rule

REMEMBERED = 1024
Key = tuple[str, frozenset[str]]


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
        self._fired: OrderedDict[Key, Firing] = OrderedDict()
        self._of_rule: dict[str, dict[Key, Firing]] = {}
        self._of_thing: dict[str, dict[Key, Firing]] = {}

    def note(self, firing: Firing) -> None:
        key = (firing.rule.id, firing.things)
        self._fired[key] = firing
        self._fired.move_to_end(key)
        self._of_rule.setdefault(firing.rule.id, {})[key] = firing
        for thing in firing.things:
            self._of_thing.setdefault(thing, {})[key] = firing
        if len(self._fired) > REMEMBERED:
            self._forget(next(iter(self._fired)))

    def _forget(self, key: Key) -> None:
        del self._fired[key]
        rule, things = key
        for shelf, name in ((self._of_rule, rule), *((self._of_thing, thing) for thing in things)):
            del shelf[name][key]
            if not shelf[name]:
                del shelf[name]

    def lacks(self, firing: Firing) -> bool:
        """Whether none of the rules that it needs has fired."""
        if not firing.rule.needs:
            return False
        fired = (name for name in self._of_rule if name != firing.rule.id and means(firing.rule.needs, name))
        return not any(_is_near(firing, other) for name in fired for other in self._of_rule[name].values())

    def retires(self, firing: Firing) -> bool:
        """Whether a rule that excludes it has spoken of the same thing; then it never fired, for the others, too."""
        others = (other for thing in firing.things for other in self._of_thing.get(thing, {}).values())
        reported = bool(firing.rule.excludes) and any(
            other.rule.id != firing.rule.id and means(firing.rule.excludes, other.rule.id) and _is_near(firing, other)
            for other in others
        )
        if reported and (firing.rule.id, firing.things) in self._fired:
            self._forget((firing.rule.id, firing.things))
        return reported


@lru_cache(maxsize=8192)
def means(wanted: tuple[str, ...], rule: str) -> bool:
    """Whether one of the ids and globs is this rule's."""
    return any(names(one, rule) for one in wanted)


def _is_near(firing: Firing, other: Firing) -> bool:
    window = firing.rule.window
    return other.first <= firing.last + window and firing.first <= other.last + window
