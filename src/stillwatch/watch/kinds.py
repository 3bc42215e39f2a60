"""What the rules make of all lines of one masked form, where digits decide nothing: found once, then read off."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from stillwatch.records.line import Line
from stillwatch.watch.digits import deciding
from stillwatch.watch.hit_counter import Said
from stillwatch.watch.mask import loosen, mask, unnamed
from stillwatch.watch.prefilter import FOREIGN, Prefilter, Verdict
from stillwatch.watch.rule import Found, Rule, compile_pattern
from stillwatch.watch.words import needles_of

Heard = tuple[bool, Sequence[tuple[Rule, Found]]]
"""Whether a rule knows the line, and who listens."""


class Told:
    """What one rule hears in all lines of a kind: where each group stands. names: of those that are there."""

    __slots__ = ("_form", "_places", "_telling", "names", "rule")

    def __init__(self, rule: Rule, found: Found) -> None:
        self.rule, self._form, self._places = rule, found.form, dict(_places(found))
        self._telling = [self._places.get(name) for name in rule.telling]
        self.names = frozenset(name for name, where in self._places.items() if where is not None)

    def said(self, line: Line) -> Said:
        """As `HitCounter` knows it."""
        raw = line.raw
        return (self.rule.id, line.subject, *[None if where is None else raw[where] for where in self._telling])

    def found(self, raw: bytes) -> Found:
        groups = {name: None if where is None else raw[where] for name, where in self._places.items()}
        return Found(groups, self._form)


class Kind:
    """Made of what was heard in one line; tells what would be heard in others. spoken: whether a rule knows them."""

    __slots__ = ("_fixed", "_needles", "reported", "spoken")

    def __init__(self, heard: Heard, fixed: Sequence[tuple[slice, bytes]], needles: Collection[bytes]) -> None:
        """fixed: what must be the same in all of them; needles: what none of them may hold."""
        self.spoken = heard[0]
        self.reported = tuple(Told(rule, found) for rule, found in heard[1])
        self._fixed, self._needles = tuple(fixed), tuple(needles)

    def suits(self, raw: bytes) -> bool:
        for where, fixed in self._fixed:
            if raw[where] != fixed:
                return False
        for needle in self._needles:  # noqa: SIM110 - a generator costs more than the search
            if needle in raw:
                return False
        return True


class Kinds:
    """Says of which lines a Kind can be made."""

    def __init__(self, prefilter: Prefilter) -> None:
        self._prefilter = prefilter
        self._blind: dict[int, bool] = {}

    def of(self, line: Line, verdict: Verdict, heard: Heard) -> Kind | None:
        """None where it cannot be told on which digits it hangs what is heard, or it hangs on what was said before."""
        if verdict[0] <= FOREIGN or not line.subject:
            return None
        listening = {rule.id: found for rule, found in heard[1]}
        fixed, needles, by_name = list[tuple[slice, bytes]](), set[bytes](), False
        for index in verdict.order:
            rule = self._prefilter.rules[index]
            if by_name and rule.general:
                continue
            if rule.also or rule.cause == "oom" or any("<memcg>" in pattern for pattern in rule.patterns):
                return None
            if not self._is_blind(index):
                hangs = self._hangs(verdict, index, line.raw, listening.get(rule.id))
                if hangs is None:
                    return None
                fixed += [(where, line.raw[where]) for where in hangs[0]]
                needles |= hangs[1]
            by_name = by_name or (rule.id in listening and not rule.general and not rule.needs)
        return Kind(heard, fixed, needles)

    def _hangs(
        self, verdict: Verdict, index: int, raw: bytes, found: Found | None
    ) -> tuple[Collection[slice], frozenset[bytes]] | None:
        """On which places of the line it hangs what this rule hears, and on which numbers that are not in it."""
        rule = self._prefilter.rules[index]
        numbers = verdict.among[index]
        others = [number for number in numbers if found is None or number < found.form]
        needles = [needles_of(rule.patterns[number]) for number in others]
        absent = frozenset[bytes]().union(*needles)
        if not all(needles) or any(needle in raw for needle in absent):
            return None
        if found is None:
            return (), absent
        if any(not is_blind_to_digits(pattern) and _may_match(pattern, raw) for pattern in rule.unless):
            return None
        places = deciding(rule.patterns[found.form], raw)
        return None if places is None else (places, absent)

    def _is_blind(self, index: int) -> bool:
        if index not in self._blind:
            rule = self._prefilter.rules[index]
            self._blind[index] = all(is_blind_to_digits(pattern) for pattern in (*rule.patterns, *rule.unless))
        return self._blind[index]


def is_blind_to_digits(pattern: str) -> bool:
    """Whether a pattern matches a text as it matches the same text with other digits, in the same places."""
    try:
        return loosen(pattern) == unnamed(pattern)
    except ValueError:
        return False


def _may_match(pattern: str, raw: bytes) -> bool:
    """Whether it matches the line, or would if it had other digits."""
    return compile_pattern(loosen(pattern)).search(mask(raw)) is not None


def _places(found: Found) -> Iterator[tuple[str, slice | None]]:
    """Where in the line each group stands."""
    for name, value in found.groups.items():
        whole = found.match
        start = -1 if whole is None or value is None else whole.string.rfind(value, 0, whole.end(name))
        yield name, None if value is None else slice(start, start + len(value))
