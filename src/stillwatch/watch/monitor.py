"""Events in, triggers out: text through the rules, unit states and metrics through their thresholds."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from stillwatch.records.event import Event
from stillwatch.records.line import Line
from stillwatch.records.trigger import Trigger
from stillwatch.records.unread import Unread
from stillwatch.watch.everyday import Everyday
from stillwatch.watch.family import ordinary_lines
from stillwatch.watch.flood import SUBJECTS, Flood
from stillwatch.watch.host_counters import Hosts
from stillwatch.watch.kinds import Heard, Kind, Kinds
from stillwatch.watch.last_words import REACH_LINES, Earlier
from stillwatch.watch.mask import ZEROS
from stillwatch.watch.novelty import Novel, Novelty
from stillwatch.watch.prefilter import FOREIGN, HARMLESS, SUSPICIOUS, Prefilter, Verdict
from stillwatch.watch.probes import judge_probe
from stillwatch.watch.rule import Found, Rule
from stillwatch.watch.shapes.errors import in_english
from stillwatch.watch.shapes.reader import Block, Reader
from stillwatch.watch.text_verdicts import Judged, TextVerdicts
from stillwatch.watch.thresholds import Thresholds
from stillwatch.watch.units import judge_unit
from stillwatch.watch.unknown import Unknown, known_programs
from stillwatch.watch.usage import judge_usage

GRAVE = frozenset((b"0", b"1", b"2", b"3", b"4"))
SHORT = 12
"""Lines: a text in which even what is ordinary once was shown for a reason."""
TRIES = 4
"""Lines of one masked form of which a Kind is sought: their digits may decide."""
SELDOM = 3
ALWAYS = 1000
ERRORS = frozenset((b"0", b"1", b"2", b"3"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sightings:
    """What a batch of lines showed. lines: how many were seen; dropped: of how many only the number is kept.

    is_text: they are of a text, not of a journal.
    """

    triggers: tuple[Trigger, ...]
    novel: tuple[Novel, ...]
    lines: int
    dropped: int = 0
    unread: Unread = Unread()
    is_text: bool = False


class Watcher:
    """rules: as loaded, or a Prefilter made of them already.

    units: in a container, the names of its units; None on a whole machine. A container reads the whole machine's
    kernel log: what the kernel says about a unit that is not here is somebody else's. May be set again at any time.
    """

    def __init__(self, rules: Sequence[Rule] | Prefilter, *, host: str, units: Collection[str] | None = None) -> None:
        self.host = host
        self.prefilter = rules if isinstance(rules, Prefilter) else Prefilter(rules)
        self.novelty = Novelty()
        self._kinds = Kinds(self.prefilter)
        self._hosts = Hosts(host)
        self._flood = Flood(host)
        self._levels = Thresholds(host)
        self.units = units
        self._recent: deque[Line] = deque(maxlen=REACH_LINES)

    def see(self, lines: Iterable[Line]) -> Sightings:
        """Judge a batch: all of a file, or what the journal brought since the last call."""
        prefilter, zeros, flood = self.prefilter, ZEROS, self._flood
        known, judge, counts = prefilter.cache.get, prefilter.judge, flood.counts
        seen, line, remember = 0, None, self._recent.append
        for line in lines:
            seen += 1
            key = line.raw.translate(zeros)
            verdict = known(key)
            if verdict is None:
                verdict = judge(key)
            if verdict:
                self._consider(line, verdict, key, self._before)
            elif _is_grave(line):
                self.novelty.note(line, key)
            remember(line)
            if line.at >= flood.until:
                flood.turn(line.at)
            subject = line.subject if not line.host else (line.host, line.subject)
            if subject in counts:
                counts[subject] += 1
            elif len(counts) < SUBJECTS:
                counts[subject] = 1
        return self._sightings(seen, flood.take(line))

    def see_text(self, blocks: Iterable[Block], reader: Reader) -> Sightings:
        """The same for log text, taken apart only where it is new or a rule may match. Floods are not counted."""
        verdicts, seen = TextVerdicts.of(reader, self.prefilter), 0
        for block in blocks:
            reader.turn(block)
            seen += len(block)
            for number, judged in verdicts.judged(block):
                self._consider_text(judged, partial(reader.earlier, number))
        return replace(self._sightings(seen, ()), unread=verdicts.take_unread(), is_text=True)

    def unknown(
        self, novel: Sequence[Novel], triggers: Sequence[Trigger], lines: int | None = None
    ) -> tuple[Trigger, ...]:
        """Trouble among the lines that no rule knows, where the rules do not speak of the program already.

        lines: of how many a text had, whole; None for a journal.
        """
        return self._unknown.triggers(novel, triggers, lines) if novel else ()

    def beneath(self, lines: int) -> tuple[Trigger, ...]:
        """What rules have heard, and not as often as they want, of a text of so many lines that is at its end.

        A rule that wants to hear something often speaks of what is ordinary once, in all but the shortest texts.
        """
        return self._hosts.beneath(SELDOM if lines > SHORT else ALWAYS)

    @cached_property
    def _unknown(self) -> Unknown:
        return Unknown(lambda: self._known, lambda: self._everyday, self.host)

    @cached_property
    def _known(self) -> frozenset[str]:
        return known_programs(self.prefilter.rules)

    @cached_property
    def _everyday(self) -> Everyday:
        silent = (sample for rule in self.prefilter.rules for sample in rule.silent if not sample.told_by)
        return Everyday(sample.line for sample in (*ordinary_lines(), *silent))

    def judge(self, events: Iterable[Event]) -> tuple[Trigger, ...]:
        """Unit states and metrics, which are facts: triggers of those that are wrong."""
        found = (self._judge(event) for event in events)
        return tuple(trigger for trigger in found if trigger is not None)

    def _judge(self, event: Event) -> Trigger | None:
        if event.source == "unit":
            return judge_unit(event, self.host)
        if event.source == "metric":
            return self._levels.judge(event) or judge_usage(event, self.host) or judge_probe(event, self.host)
        return None

    def _before(self) -> Iterable[Line]:
        """What was said before the line at hand, the newest first."""
        yield from reversed(self._recent)

    def _consider_text(self, judged: Judged, earlier: Earlier) -> None:
        """The same, where what is heard may be known of the line's kind."""
        line, verdict, known = judged
        if known is None:
            self._consider(line, verdict, None, earlier)
            return
        for kind in known.kinds:
            if kind.suits(line.raw):
                self._count_again(line, verdict, earlier, kind)
                return
        heard = self._heard(line, verdict)
        if known.tries < TRIES:
            known.tries += 1
            if made := self._kinds.of(line, verdict, heard):
                known.kinds.append(made)
        self._consider(line, verdict, None, earlier, heard)

    def _consider(
        self, line: Line, verdict: Verdict, key: bytes | None, earlier: Earlier, kept: Heard | None = None
    ) -> None:
        """A line that may match: the exact patterns decide, and where none does it may still be news."""
        spoken, heard = kept or self._heard(line, verdict)
        if not spoken and verdict[0] <= FOREIGN:
            line, verdict = self._in_english(line, verdict)
            spoken, heard = self._heard(line, verdict)
        self._count(line, verdict, key, earlier, (spoken, heard))

    def _count(self, line: Line, verdict: Verdict, key: bytes | None, earlier: Earlier, kept: Heard) -> None:
        spoken, heard = kept
        counters = self._hosts.of(line.host)
        for rule, found in heard:
            hit = counters.hits.add(rule, line, found, earlier)
            if rule.kind:
                counters.logins.note(rule, line, hit.subject, hit.fields)
        if not spoken:
            self._count_unknown(line, verdict, key)

    def _count_again(self, line: Line, verdict: Verdict, earlier: Earlier, kind: Kind) -> None:
        """The same for a line of a kind of which it is known who listens."""
        counters = self._hosts.of(line.host)
        for reported in kind.reported:
            rule = reported.rule
            hit = counters.hits.again(rule, line, reported.said(line), reported.names)
            if hit is None:
                hit = counters.hits.add(rule, line, reported.found(line.raw), earlier)
            if rule.kind:
                counters.logins.note(rule, line, hit.subject, hit.fields)
        if not kind.spoken:
            self._count_unknown(line, verdict, None)

    def _count_unknown(self, line: Line, verdict: Verdict, key: bytes | None) -> None:
        if SUSPICIOUS in verdict or line.fields.get("PRIORITY", b"6") in GRAVE:
            self.novelty.note(line, key)

    def _heard(self, line: Line, verdict: Verdict) -> Heard:
        """Whether a rule knows the line, and who listens.

        A general rule listens only where no other does; so does one for some programs to a line that names none.
        """
        spoken, heard = False, list[tuple[Rule, Found]]()
        prefilter, by_name, order = self.prefilter, False, verdict.order
        rules, nameless = prefilter.rules, line.source == "log" and not line.subject
        if nameless:
            order = sorted(order, key=lambda index: rules[index].general or bool(rules[index].programs))
        for index in order:
            rule = rules[index]
            gives_way = rule.general or (nameless and bool(rule.programs))
            if (by_name and gives_way) or not (found := prefilter.extract(index, line.raw, verdict)):
                continue
            suits = rule.suits(line)
            spoken = spoken or suits or line.source == "journal"
            if suits and not self._is_told(rule, line, found.groups):
                heard.append((rule, found))
                by_name = by_name or not (gives_way or rule.needs)
        return spoken, heard

    def _in_english(self, line: Line, verdict: Verdict) -> tuple[Line, Verdict]:
        """The line with the words of its errors as the rules know them; how it was written is kept."""
        raw = in_english(line.raw, tuple(FOREIGN - index for index in verdict if index <= FOREIGN))
        if raw == line.raw:
            return line, HARMLESS
        fields = {**line.fields, "ORIGINAL": line.raw}
        return line._replace(raw=raw, fields=fields), self.prefilter.verdict(raw)

    def _is_told(self, rule: Rule, line: Line, found: Mapping[str, bytes | None]) -> bool:
        """Whether the kernel speaks of a unit that is not here, or again of a death that it has just told in full."""
        if rule.cause != "oom" and "memcg" not in found:
            return False
        group, pid = found.get("memcg"), _text(found.get("pid"))
        if group is None:
            # In a container, what names neither a unit nor who died may be the whole machine's.
            elsewhere = self.units is not None and not line.host and not pid
            return rule.cause == "oom" and (elsewhere or self._hosts.of(line.host).knows_death(pid))
        if pid:
            self._hosts.of(line.host).note_death(pid)
        return self.units is not None and not line.host and _text(found.get("unit")) not in self.units

    def _sightings(self, seen: int, floods: tuple[Trigger, ...]) -> Sightings:
        found, dropped = list(floods), self.novelty.dropped
        self.novelty.dropped = 0
        for triggers, lost in self._hosts.take():
            found += triggers
            dropped += lost
        found.sort(key=lambda trigger: (-trigger.severity, trigger.first))
        return Sightings(triggers=tuple(found), novel=self.novelty.take(), lines=seen, dropped=dropped)


def _is_grave(line: Line) -> bool:
    """Of warning or worse; the kernel warns for every line of a trace, so of it only errors count."""
    priority = line.fields.get("PRIORITY")
    return priority.__class__ is bytes and priority in (GRAVE if line.subject != "kernel" else ERRORS)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
