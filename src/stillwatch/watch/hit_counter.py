"""Hits that belong together, counted: one trigger for each rule, subject and distinguishing field."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from stillwatch.records.event import Event
from stillwatch.records.line import Line
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.untrusted.redact import FIELD_LIMIT, safe_text
from stillwatch.watch.cause import SYMPTOMS, cause_of_hit, refused_by_system
from stillwatch.watch.hit import Hit, Key, hit_of, is_vouched, kept_fields, name_of, short
from stillwatch.watch.last_words import Earlier, last_words
from stillwatch.watch.relations import Firing, Relations
from stillwatch.watch.room import Room, rank_of
from stillwatch.watch.rule import Found, Rule, fill, named

Said = tuple[object, ...]
"""Rule, subject, and the groups of `Rule.telling`: lines of a text that agree in these are counted together."""
KEPT = 5
TRIES = 16
"""How often the last words of one thing are sought in what was said before: a flood of ends would make it dear."""
SAME = 4096
"""Different things said that are remembered, so that each is cleaned once."""
MORE = "more of the same kind"
SENTENCE_LIMIT = 1000


class Group:
    """Sightings of one kind since the last trigger; `recent` are the times of the newest, for the rule's threshold.

    is_more: of many different things of one kind, for which there was no room each.
    """

    __slots__ = (
        "count",
        "fields",
        "fired",
        "first",
        "firsts",
        "is_more",
        "last",
        "newest",
        "recent",
        "rule",
        "sought",
        "subject",
        "words",
    )

    def __init__(self, rule: Rule, subject: str, *, is_more: bool = False) -> None:
        self.rule, self.subject, self.is_more = rule, subject, is_more
        self.fields: dict[str, str] = {}
        self.recent: deque[float] = deque(maxlen=rule.at_least)
        self.reset()

    def reset(self) -> None:
        self.count, self.fired, self.first, self.last = 0, False, 0.0, 0.0
        self.firsts: list[Line] = []
        self.newest: Line | None = None
        self.words: tuple[Line, ...] = ()
        self.sought = 0

    @property
    def object(self) -> str:
        return short(named(self.rule.object, {"subject": self.subject, **self.fields}))

    def add(self, line: Line, found: Found) -> None:
        """Count the line; what the first one did not say, a later one adds."""
        if not found.groups.keys() <= self.fields.keys() and any(
            value is not None and name not in self.fields for name, value in found.groups.items()
        ):
            self.fields = {**kept_fields(found.groups), **self.fields}
        self.tick(line)

    def tick(self, line: Line) -> None:
        """Count a line that says no more than those before it."""
        at = line.at
        if not self.count or at < self.first:
            self.first = at
        if at > self.last:
            self.last = at
        self.count += 1
        self.recent.append(at)
        if len(self.firsts) < KEPT - 1:
            self.firsts.append(line)
        else:
            self.newest = line
        if self.fired:
            return
        if len(self.recent) == self.rule.at_least and max(self.recent) - min(self.recent) <= self.rule.window:
            self.fired = True

    def take_over(self, other: Group) -> None:
        """Count what another group has counted, which must leave."""
        self.first = min(self.first, other.first) if self.count else other.first
        self.last = max(self.last, other.last)
        self.count += other.count
        self.recent.extend(other.recent)
        self.fired = self.fired or other.fired
        self.firsts = [*self.firsts, *other.firsts][: KEPT - 1]
        self.newest = self.newest or other.newest

    def firing(self) -> Firing:
        things = frozenset(filter(None, (self.subject, self.object)))
        return Firing(rule=self.rule, things=things, first=self.first, last=self.last)

    def lines(self) -> list[Line]:
        return self.firsts if self.newest is None else [*self.firsts, self.newest]


def _nothing() -> Iterable[Line]:
    return ()


class HitCounter:
    """Bounded: hits that find no room of their own are counted as more of their kind; `dropped` says how many."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.dropped = 0
        self._groups: dict[Key, Group] = {}
        self._hits: dict[Said, Hit] = {}
        self._room: Room[Key] = Room()
        self._relations = Relations()
        self._newest = 0.0

    def add(self, rule: Rule, line: Line, found: Found, earlier: Earlier = _nothing) -> Hit:
        """Count a hit. earlier: the lines before it, asked for only where the rule wants a unit's last words."""
        hit = self._hit(rule, line, found)
        group = self._groups.get(hit.key) or self._opened(hit.key, rule, line)
        group.add(line, found)
        if rule.last_words and not group.words and group.sought < TRIES:
            group.sought += 1
            group.words = last_words(line, hit.subject, earlier())
        if line.at > self._newest:
            self._newest = line.at
        return hit

    def again(self, rule: Rule, line: Line, repeated: Said, names: AbstractSet[str]) -> Hit | None:
        """Count a hit by what it says; None where more of the line has to be known. names: the pattern's groups."""
        hit = self._hits.get(repeated)
        group = None if hit is None else self._groups.get(hit.key)
        if (
            group is None
            or (rule.last_words and not group.words and group.sought < TRIES)
            or not group.fields.keys() >= names
        ):
            return None
        group.tick(line)
        if line.at > self._newest:
            self._newest = line.at
        return hit

    def _hit(self, rule: Rule, line: Line, found: Found) -> Hit:
        """What the line says, told once for all lines of a text that say the same."""
        if line.source != "log":
            return hit_of(rule, line, found)
        key: Said = (rule.id, line.subject, *map(found.groups.get, rule.telling))
        hit = self._hits.get(key)
        if hit is None:
            if len(self._hits) >= SAME:
                self._hits.clear()
            hit = self._hits[key] = hit_of(rule, line, found)
        return hit

    def take(self) -> tuple[Trigger, ...]:
        """Triggers of the groups that have reached their threshold; the others wait for more."""
        fired = [(key, group) for key, group in self._groups.items() if group.fired]
        ready = self._related(fired)
        triggers = tuple(self._trigger(group, trusted=key[2]) for key, group in ready)
        for key, group in ready:
            self._close(key, group)
        return triggers

    def beneath(self, seldom: int) -> tuple[Trigger, ...]:
        """Low triggers of the groups below their threshold, where the rule wants no more than so many sightings."""
        waiting = [(key, group) for key, group in self._groups.items() if group.count and not group.fired]
        grave = [(key, group) for key, group in waiting if _may_be_alone(group.rule, seldom)]
        return tuple(replace(self._trigger(group, trusted=key[2]), severity=Severity.low) for key, group in grave)

    def _related(self, fired: list[tuple[Key, Group]]) -> list[tuple[Key, Group]]:
        """Those that may speak, for what the other rules say: what lacks another waits for it, what is told is closed.

        Rules that need none come first, since they are what the others need.
        """
        ready = []
        for key, group in sorted(fired, key=lambda entry: bool(entry[1].rule.needs)):
            firing = group.firing()
            if not self._relations.lacks(firing):
                self._relations.note(firing)
                ready.append((key, group))
            elif self._newest - group.last > group.rule.window:
                self._close(key, group)
        retired = [key for key, group in sorted(ready, key=_modesty) if self._relations.retires(group.firing())]
        for key in retired:
            self._close(key, self._groups[key])
        return [(key, group) for key, group in ready if key not in retired]

    def _close(self, key: Key, group: Group) -> None:
        if group.rule.at_least == 1:
            del self._groups[key]
        else:
            group.reset()

    def _opened(self, key: Key, rule: Rule, line: Line) -> Group:
        """A group of its own while there is room, else the one for more of its kind."""
        place = self._room.place(key, (rule.id, key[2]), rank_of(line, rule.level), line.at)
        if place.gone is not None and (left := self._groups.pop(place.gone, None)):
            self._more(left.rule, trusted=place.gone[2]).take_over(left)
            self.dropped += left.count
        if place.fits:
            group = self._groups[key] = Group(rule, key[1])
            return group
        self.dropped += 1
        return self._more(rule, trusted=key[2])

    def _more(self, rule: Rule, *, trusted: bool) -> Group:
        key = (rule.id, MORE, trusted, (MORE,))
        return self._groups.setdefault(key, Group(rule, "", is_more=True))

    def _is_told(self, line: Line) -> bool:
        """Whether a rule knows what the line says: then that is told beside the failure, and joined with it."""
        return any(line in group.firsts for group in self._groups.values() if group.rule.cause not in SYMPTOMS)

    def _trigger(self, group: Group, *, trusted: bool) -> Trigger:
        rule, events = group.rule, tuple(as_event(line, self.host) for line in group.lines())
        words = {"subject": group.subject or "a program", **group.fields}
        refused = refused_by_system(rule, group.firsts)
        return Trigger(
            rule=rule.id,
            severity=rule.level,
            summary=safe_text(_summary(group, words), FIELD_LIMIT),
            subject=group.subject,
            object=refused.path if refused else group.object,
            host=self.host,
            count=group.count,
            first=group.first,
            last=group.last,
            cause=refused.cause if refused else cause_of_hit(rule, group.firsts, group.words, self._is_told),
            fields={**group.fields, "path": refused.path} if refused else group.fields,
            sample=events[0].text,
            trusted=trusted,
            vouched=is_vouched(rule, group.firsts[0]),
            events=events,
            follows=rule.follows,
            window=rule.window,
            mends=rule.mends,
            looks=rule.looks,
            remedy=rule.remedy,
            say=safe_text(fill(rule.say, words), SENTENCE_LIMIT),
            words=tuple(as_event(line, self.host) for line in group.words),
        )


def _may_be_alone(rule: Rule, seldom: int) -> bool:
    """Whether a single sighting is worth telling where nothing else is."""
    return rule.level > Severity.low and rule.at_least <= seldom and not rule.kind and not rule.needs


def _summary(group: Group, words: Mapping[str, str]) -> str:
    summary = fill(group.rule.summary, words)
    return f"{group.count:,} {MORE}, such as: {summary}" if group.is_more else summary


def _modesty(entry: tuple[Key, Group]) -> tuple[bool, int]:
    """Who gives way to all others is asked first, so that of two that give way to each other one is left."""
    excludes = entry[1].rule.excludes
    return "*" not in excludes, -len(excludes)


def as_event(line: Line, host: str) -> Event:
    """A line as it may be kept: cleaned and redacted."""
    facts = {name: short(value) for name, value in line.facts().items()}
    text = type(line.text)(safe_text(line.text))
    return Event(host=host, at=line.at, source=line.source, subject=name_of(line.subject), text=text, fields=facts)
