"""Events in, triggers out: text through the rules, unit states and metrics through their thresholds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from stillwatch.records.event import Event
from stillwatch.records.line import Line
from stillwatch.records.trigger import Trigger
from stillwatch.watch.flood import SUBJECTS, Flood
from stillwatch.watch.hit_counter import HitCounter, fields_of, subject_of
from stillwatch.watch.mask import ZEROS
from stillwatch.watch.novelty import Novel, Novelty
from stillwatch.watch.prefilter import SUSPICIOUS, Prefilter, Verdict
from stillwatch.watch.rule import Rule
from stillwatch.watch.siege import Besieged
from stillwatch.watch.thresholds import Thresholds
from stillwatch.watch.units import judge_unit

GRAVE = frozenset((b"0", b"1", b"2", b"3", b"4"))
ERRORS = frozenset((b"0", b"1", b"2", b"3"))
NAMED_DEATHS = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Sightings:
    """What a batch of lines showed. lines: how many were seen; dropped: of how many only the number is kept."""

    triggers: tuple[Trigger, ...]
    novel: tuple[Novel, ...]
    lines: int
    dropped: int = 0


class Watcher:
    """rules: as loaded, or a Prefilter made of them already.

    units: in a container, the names of its units; None on a whole machine. A container reads the whole machine's
    kernel log: what the kernel says about a unit that is not here is somebody else's. May be set again at any time.
    """

    def __init__(self, rules: Sequence[Rule] | Prefilter, *, host: str, units: Collection[str] | None = None) -> None:
        self.host = host
        self.screen = rules if isinstance(rules, Prefilter) else Prefilter(rules)
        self.novelty = Novelty()
        self._tally = HitCounter(host)
        self._logins = Besieged(host)
        self._flood = Flood(host)
        self._levels = Thresholds(host)
        self.units = units
        self._named: OrderedDict[str, None] = OrderedDict()

    def see(self, lines: Iterable[Line]) -> Sightings:
        """Judge a batch: all of a file, or what the journal brought since the last call."""
        screen, zeros, flood = self.screen, ZEROS, self._flood
        known, judge, counts = screen.cache.get, screen.judge, flood.counts
        seen, line = 0, None
        for line in lines:
            seen += 1
            key = line.raw.translate(zeros)
            verdict = known(key)
            if verdict is None:
                verdict = judge(key)
            if verdict:
                self._consider(line, verdict, key)
            elif _is_grave(line):
                self.novelty.note(line, key)
            if line.at >= flood.until:
                flood.turn(line.at)
            subject = line.subject
            if subject in counts:
                counts[subject] += 1
            elif len(counts) < SUBJECTS:
                counts[subject] = 1
        return self._sightings(seen, flood.take(line))

    def see_raw(self, lines: Iterable[bytes], parse: Callable[[bytes], Line]) -> Sightings:
        """The same for log text, which is taken apart only where a rule may match. Floods are not counted."""
        screen, zeros, seen = self.screen, ZEROS, 0
        known, judge = screen.cache.get, screen.judge
        for raw in lines:
            seen += 1
            key = raw.translate(zeros)
            verdict = known(key)
            if verdict is None:
                verdict = judge(key)
            if verdict:
                self._consider(parse(raw), verdict, None)
        return self._sightings(seen, ())

    def judge(self, events: Iterable[Event]) -> tuple[Trigger, ...]:
        """Unit states and metrics, which are facts: triggers of those that are wrong."""
        found = (self._judge(event) for event in events)
        return tuple(trigger for trigger in found if trigger is not None)

    def _judge(self, event: Event) -> Trigger | None:
        if event.source == "unit":
            return judge_unit(event, self.host)
        return self._levels.judge(event) if event.source == "metric" else None

    def _consider(self, line: Line, verdict: Verdict, key: bytes | None) -> None:
        """A line that may match: the exact patterns decide, and where none does it may still be news."""
        spoken, heard = False, []
        for index in verdict:
            if index == SUSPICIOUS:
                continue
            found = self.screen.extract(index, line.raw)
            if found is None:
                continue
            spoken = True
            rule = self.screen.rules[index]
            if rule.suits(line) and not self._is_told(rule, found.groupdict()):
                heard.append((rule, found))
        by_name = any(not (rule.general or rule.needs) for rule, _ in heard)
        for rule, found in heard:
            if not (by_name and rule.general):
                self._tally.add(rule, line, found)
                if rule.kind:
                    fields = fields_of(found)
                    self._logins.note(rule, line, subject_of(rule, line, fields), fields)
        if not spoken and (
            SUSPICIOUS in verdict or line.fields.get("PRIORITY", b"6") in (b"0", b"1", b"2", b"3", b"4")
        ):
            self.novelty.note(line, key)

    def _is_told(self, rule: Rule, found: dict[str, bytes | None]) -> bool:
        """Whether the kernel speaks of a unit that is not here, or again of a death that it has just told in full."""
        group, pid = found.get("memcg"), _text(found.get("pid"))
        if group is None:
            return rule.cause == "oom" and pid in self._named
        if pid:
            self._named[pid] = None
            if len(self._named) > NAMED_DEATHS:
                self._named.popitem(last=False)
        return self.units is not None and _text(found.get("unit")) not in self.units

    def _sightings(self, seen: int, floods: tuple[Trigger, ...]) -> Sightings:
        dropped = self._tally.dropped + self.novelty.dropped
        self._tally.dropped = self.novelty.dropped = 0
        found = (*self._logins.take(self._tally.take()), *floods)
        triggers = sorted(found, key=lambda trigger: (-trigger.severity, trigger.first))
        return Sightings(triggers=tuple(triggers), novel=self.novelty.take(), lines=seen, dropped=dropped)


def _is_grave(line: Line) -> bool:
    """Of warning or worse; the kernel warns for every line of a trace, so of it only errors count."""
    priority = line.fields.get("PRIORITY")
    return priority.__class__ is bytes and priority in (GRAVE if line.subject != "kernel" else ERRORS)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
