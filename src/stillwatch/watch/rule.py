"""Rules: what makes a line worth looking at. Each is data with its own samples; one without both kinds is not valid."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from stillwatch.records.line import LINE_LIMIT, Line
from stillwatch.records.trigger import Severity, SeverityName

OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
"""A part of a template that is left out where its fields are missing."""
Fragment = Annotated[str, Meta(min_length=1, max_length=LINE_LIMIT)]
PID_1 = "systemd"
OF_A_JOB = re.compile(
    rb"(?:Failed to start|(?:Dependency|Reload) failed for|Start(?:ing|ed)|Stopp(?:ing|ed)|Finished|Reload(?:ing|ed)) "
)
LOGIN_GROUPS = frozenset(("source", "user", "attempts"))


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table: an unknown key is an error."""


class Sample(Table, frozen=True):
    """line: a real message (without its time and program); program and trusted: who said it; times: how often in a row;

    fields: what the rule must extract; as_subject: whom the trigger must be about.
    told_by: of a silent sample, the other rules that do speak of it.
    """

    line: Fragment
    program: str = ""
    priority: int | None = None
    trusted: bool = False
    source: Literal["journal", "log"] = "log"
    times: Annotated[int, Meta(ge=1, le=10_000)] = 1
    fields: dict[str, str] = {}
    as_subject: str | None = None
    told_by: tuple[str, ...] = ()

    def as_line(self) -> Line:
        fields = {} if self.priority is None else {"PRIORITY": str(self.priority).encode()}
        raw = self.line.encode()[:LINE_LIMIT]
        return Line(1_700_000_000.0, raw, self.program, self.source, fields, self.trusted)


class Rule(Table, frozen=True):
    """id: unique. match: one regex or several, of which any fires; ASCII, caseless, no look-around, with <slots>;
    unless: what makes the line harmless after all. also: patterns whose groups are looked for anywhere in the
    line, each by itself; one of them at least must fit, and the first that has a group gives it.

    cause: an id of records/cause.py; from_words, and where it is "other": only if the line's own words name none.
    subject: the thing it is about, with {fields}, where the line's own subject is only the reporter ("systemd",
    "kernel"); used for trusted lines and for log text alone. object: the culprit, with {fields}, where that is another
    thing. speaker: whose words these are where a log's line names no program.
    last_words: PID 1 says that a unit ended, so what the unit itself said just before is kept with it.
    apart: fields that keep two sightings apart.
    programs: globs of the line's subject. priority: at most this number (7 all).
    trusted_only: in a journal, only the words of PID 1, the kernel or journald count. at_least within window seconds.
    kind: lines about log-ins are counted by service and source (watch/logins.py), from the groups source, user and
    attempts; "refused" is a request that the service does not serve.

    Of other rules, by id or glob: needs – fires only where one of them fired on the same host within the window;
    excludes – dropped where one of them fired for the same host and thing within the window; follows – this is a
    consequence, and joins the incident of theirs; mends – the same thing is well again.
    general: speaks of a line only where no other rule does.
    looks: look tools that tell more. remedy: the action to propose, "" for none. say: what it means and what to do.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{2,60}$")]
    match: Fragment | tuple[Fragment, ...]
    severity: SeverityName
    summary: Fragment
    also: tuple[Fragment, ...] = ()
    cause: str = ""
    unless: tuple[Fragment, ...] = ()
    subject: str = ""
    object: str = ""
    speaker: str = ""
    last_words: bool = False
    from_words: bool = False
    apart: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    priority: Annotated[int, Meta(ge=0, le=7)] = 7
    trusted_only: bool = False
    kind: Literal["", "login-failed", "login-accepted", "refused"] = ""
    at_least: Annotated[int, Meta(ge=1, le=1000)] = 1
    window: Annotated[float, Meta(gt=0, le=86400)] = 600.0
    general: bool = False
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    mends: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    remedy: str = ""
    say: str = ""
    fires: tuple[Sample, ...] = ()
    silent: tuple[Sample, ...] = ()

    @property
    def patterns(self) -> tuple[str, ...]:
        return (self.match,) if isinstance(self.match, str) else self.match

    @property
    def level(self) -> Severity:
        return Severity[self.severity]

    @property
    def telling(self) -> tuple[str, ...]:
        """The groups that say with what a line is counted."""
        return _telling(self.subject, self.apart, bool(self.kind))

    def suits(self, line: Line) -> bool:
        """Whether the rule listens to whoever said this line."""
        if self.trusted_only and line.source == "journal" and not line.trusted:
            return False
        if _is_of_pid_1(line) and not _hears_pid_1(self, line):
            return False
        if self.priority < 7 and not self._is_grave_enough(line):
            return False
        if not self.programs or (line.source == "log" and not line.subject):
            return True
        if line.trusted and PID_1 in self.programs:  # it speaks under its units' names
            return True
        if _is_among(line.subject, self.programs):
            return True
        return line.source == "log" and bool(line.program) and _is_among(line.program, self.programs)

    def _is_grave_enough(self, line: Line) -> bool:
        """A journal states a priority of every entry; of log text that states none the words decide."""
        if line.priority is None:
            return line.source == "log"
        return line.priority <= self.priority


def _is_of_pid_1(line: Line) -> bool:
    if line.source == "journal":
        return line.trusted and line.subject != "kernel"
    return PID_1 in (line.subject, line.program)


def _hears_pid_1(rule: Rule, line: Line) -> bool:
    """Whether a rule may speak of a line of PID 1, which holds names and descriptions that anything may look like: not
    where all its samples are of other programs, nor of a log-in, to which PID 1 lets nobody; a general one not of a
    job, whose line is an own sentence of PID 1."""
    if rule.kind:
        return False
    of_pid_1 = PID_1 in rule.programs or any(sample.trusted or sample.program == PID_1 for sample in rule.fires)
    if of_pid_1 or not rule.fires:
        return True
    return not OF_A_JOB.match(line.raw) if rule.general else any(not sample.program for sample in rule.fires)


@lru_cache(maxsize=4096)
def _telling(subject: str, apart: tuple[str, ...], login: bool) -> tuple[str, ...]:
    wanted = placeholders(subject.replace("[", "").replace("]", "")) | set(apart)
    return tuple(sorted(wanted | (LOGIN_GROUPS if login else frozenset())))


@lru_cache(maxsize=8192)
def _is_among(name: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


class Found(NamedTuple):
    """What a rule's patterns hold of one line, by the names of their groups; form: which of the patterns it was;
    match: its own, unless what was found is read off a line of the same kind."""

    groups: Mapping[str, bytes | None]
    form: int = 0
    match: re.Match[bytes] | None = None


def compile_pattern(pattern: str) -> re.Pattern[bytes]:
    """The exact pattern, over bytes, as the set of all rules understands it: ASCII, caseless, dot matches newlines."""
    return re.compile(pattern.encode("ascii"), re.IGNORECASE | re.DOTALL)


def compile_text(pattern: str) -> re.Pattern[bytes]:
    """A pattern that may hold letters of any script."""
    return re.compile(pattern.encode(), re.IGNORECASE | re.DOTALL)


def placeholders(template: str) -> set[str]:
    """The names of fields in a template."""
    return {name for _, name in _pieces(template) if name is not None}


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    """Words and the name of the field behind them, in turn."""
    return tuple((text, name) for text, name, _, _ in string.Formatter().parse(template))


@lru_cache(maxsize=4096)
def _without_optional(template: str) -> str:
    return OPTIONAL.sub("", template)


def _has_all(part: str, fields: Mapping[str, str]) -> bool:
    return all(fields.get(name) for _, name in _pieces(part) if name is not None)


def fill(template: str, fields: Mapping[str, str]) -> str:
    """The template with its {fields}: a part in [brackets] is left out where its field was not extracted."""
    if "[" in template:
        template = OPTIONAL.sub(lambda part: part[1] if _has_all(part[1], fields) else "", template)
    pieces = []
    for text, name in _pieces(template):
        pieces.append(text)
        if name is not None:
            pieces.append(fields.get(name) or "?")
    return "".join(pieces)


def named(template: str, fields: Mapping[str, str]) -> str:
    """The first of the alternatives ("{disk}|scsi {scsi}") of which all fields were extracted, filled in; else "".

    A part in [brackets] may be missing.
    """
    for one in template.split("|"):
        if _has_all(_without_optional(one), fields):
            return fill(one, fields)
    return ""
