"""Rules: what makes a line worth looking at. Each is data with its own samples; one without both kinds is not valid."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from stillwatch.errors import WrongUsage
from stillwatch.records.cause import CAUSES
from stillwatch.records.line import LINE_LIMIT, Line
from stillwatch.records.trigger import Severity
from stillwatch.watch.mask import loosen

RULES_FOLDER = Path(__file__).parent / "rules"
Fragment = Annotated[str, Meta(min_length=1, max_length=LINE_LIMIT)]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table: an unknown key is an error."""


class Sample(Table, frozen=True):
    """line: a real message (without its time and program); program and trusted: who said it; times: how often in a row;

    fields: what the rule must extract; as_subject: whom the trigger must be about.
    """

    line: Fragment
    program: str = ""
    priority: int | None = None
    trusted: bool = False
    source: Literal["journal", "log"] = "log"
    times: Annotated[int, Meta(ge=1, le=10_000)] = 1
    fields: dict[str, str] = {}
    as_subject: str | None = None

    def as_line(self) -> Line:
        fields = {} if self.priority is None else {"PRIORITY": str(self.priority).encode()}
        raw = self.line.encode()[:LINE_LIMIT]
        return Line(1_700_000_000.0, raw, self.program, self.source, fields, self.trusted)


class Rule(Table, frozen=True):
    """id: unique. match: one regex or several, of which any fires; ASCII, caseless, no look-around;
    unless: what makes the line harmless after all.

    cause: an id of records/cause.py. subject: whom it is about, with {fields}, where the line's own subject is only the
    reporter ("systemd", "kernel"); used for trusted lines and for log text alone. apart: fields that keep two
    sightings apart. programs: globs of the line's subject. priority: at most this number (7 all).
    trusted_only: in a journal, only the words of PID 1, the kernel or journald count. at_least within window seconds.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{2,60}$")]
    match: Fragment | tuple[Fragment, ...]
    severity: Literal["info", "low", "medium", "high", "critical"]
    summary: Fragment
    cause: str = ""
    unless: tuple[Fragment, ...] = ()
    subject: str = ""
    apart: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    priority: Annotated[int, Meta(ge=0, le=7)] = 7
    trusted_only: bool = False
    at_least: Annotated[int, Meta(ge=1, le=1000)] = 1
    window: Annotated[float, Meta(gt=0, le=86400)] = 600.0
    fires: tuple[Sample, ...] = ()
    silent: tuple[Sample, ...] = ()

    @property
    def patterns(self) -> tuple[str, ...]:
        return (self.match,) if isinstance(self.match, str) else self.match

    @property
    def level(self) -> Severity:
        return Severity[self.severity]

    def suits(self, line: Line) -> bool:
        """Whether the rule listens to whoever said this line."""
        if self.trusted_only and line.source == "journal" and not line.trusted:
            return False
        if self.priority < 7 and line.source == "journal" and (line.priority is None or line.priority > self.priority):
            return False
        if not self.programs or (line.source == "log" and not line.subject):
            return True
        return any(fnmatchcase(line.subject, glob) for glob in self.programs)


class RuleFile(Table, frozen=True):
    rule: tuple[Rule, ...]


def compile_pattern(pattern: str) -> re.Pattern[bytes]:
    """The exact pattern, over bytes, as the set of all rules understands it: ASCII, caseless, dot matches newlines."""
    return re.compile(pattern.encode("ascii"), re.IGNORECASE | re.DOTALL)


def load_rules(folders: Iterable[Path] = (RULES_FOLDER,)) -> tuple[Rule, ...]:
    """All rules of the folders' *.toml, in order. Raises WrongUsage naming file and key, also for an id used twice."""
    rules: dict[str, Rule] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.toml")):
            for rule in _decode(file):
                if rule.id in rules:
                    raise WrongUsage(f"{file}: rule {rule.id} is defined twice")
                rules[rule.id] = rule
    return tuple(rules.values())


def _decode(file: Path) -> tuple[Rule, ...]:
    try:
        rules = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), RuleFile).rule
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise WrongUsage(f"{file}: {error}") from error
    for rule in rules:
        for problem in lint(rule):
            raise WrongUsage(f"{file}: rule {rule.id}: {problem}")
    return rules


def lint(rule: Rule) -> list[str]:
    """What is wrong with the rule itself, samples apart."""
    problems, groups = [], {"subject"}
    for pattern in (*rule.patterns, *rule.unless):
        try:
            loosen(pattern)
            compiled = compile_pattern(pattern)
        except (re.error, ValueError) as error:
            problems.append(f"match {pattern!r}: {error}")
            continue
        if compiled.search(b""):
            problems.append(f"match {pattern!r}: matches an empty line")
        if re.search(r"\(\?(?!P<|:)", re.sub(r"\\.", "", pattern, flags=re.S)):
            problems.append(f"match {pattern!r}: only plain and named groups are allowed")
        groups |= set(compiled.groupindex)
    if rule.cause and rule.cause not in CAUSES:
        problems.append(f"cause {rule.cause!r} is not in the catalogue")
    for template in (rule.summary, rule.subject):
        problems += [f"{template!r} names no group {name!r}" for name in _placeholders(template) - groups]
    problems += [f"apart names no group {name!r}" for name in set(rule.apart) - groups]
    return problems


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _has_all(part: str, fields: Mapping[str, str]) -> bool:
    return all(fields.get(name) for name in _placeholders(part))


def fill(template: str, fields: Mapping[str, str]) -> str:
    """The template with its {fields}: a part in [brackets] is left out where its field was not extracted."""
    template = re.sub(r"\[([^\[\]]*)\]", lambda part: part[1] if _has_all(part[1], fields) else "", template)
    pieces = []
    for text, name, _, _ in string.Formatter().parse(template):
        pieces.append(text)
        if name is not None:
            pieces.append(fields.get(name) or "?")
    return "".join(pieces)


def missing_samples(rules: Sequence[Rule]) -> list[str]:
    """Rules that lack a sample of either kind."""
    return [f"{rule.id}: needs [[fires]] and [[silent]] samples" for rule in rules if not (rule.fires and rule.silent)]
