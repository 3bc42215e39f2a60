"""Of whom a line speaks that a rule has matched, and with what it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from stillwatch.records.line import Line
from stillwatch.unit.names import is_unit, of_all_connections
from stillwatch.untrusted.redact import FIELD_LIMIT, safe_text
from stillwatch.watch.rule import Found, Rule, named

Key = tuple[str, str, bool, tuple[str, ...]]


class Hit(NamedTuple):
    """Of whom a line speaks; fields: of what it says, that which tells it from others; key: with what it is counted."""

    subject: str
    fields: dict[str, str]
    key: Key


def is_vouched(rule: Rule, line: Line) -> bool:
    """Whether journald saw a unit writing that the rule names as a reporter (smartd, mdadm, zed)."""
    return bool(rule.programs) and line.source == "journal" and bool(line.field("_SYSTEMD_UNIT"))


def hit_of(rule: Rule, line: Line, found: Found) -> Hit:
    fields = kept_fields({name: found.groups.get(name) for name in rule.telling})
    subject = subject_of(rule, line, fields)
    return Hit(subject, fields, (rule.id, subject, line.trusted, tuple(fields.get(name, "") for name in rule.apart)))


def kept_fields(groups: Mapping[str, bytes | None]) -> dict[str, str]:
    """What a pattern's groups hold, as it may be kept."""
    return {name: short(value.decode("utf-8", "replace")) for name, value in groups.items() if value is not None}


@lru_cache(maxsize=8192)
def short(value: str) -> str:
    """Fields say the same again and again; each is cleaned once."""
    return safe_text(value, FIELD_LIMIT)


@lru_cache(maxsize=2048)
def name_of(text: str) -> str:
    return safe_text(text, 255)


def subject_of(rule: Rule, line: Line, fields: Mapping[str, str]) -> str:
    """The line's own subject, unless it is a reporter who may speak of others: trusted, or one whom the rule names.

    In a log nobody is vouched for. What PID 1 says of a unit stays with the unit, unless the rule names another one.
    """
    # Log-ins count for the service that wrote of them, whatever it is called; what runs in a session has none.
    of_a_service = bool(rule.kind) and not line.subject.endswith((".scope", ".slice"))
    speaks_for_others = line.trusted or line.source == "log" or (is_vouched(rule, line) and not of_a_service)
    thing = named(rule.subject, {"subject": line.subject, **fields}) if speaks_for_others else ""
    if thing and not (line.trusted and is_unit(line.subject) and not is_unit(thing)):
        return thing
    return name_of(_speaker(line) or rule.speaker)


def _speaker(line: Line) -> str:
    """Older syslogs name the module behind the program: sshd(pam_unix). A unit for one connection is its template."""
    if line.source == "log":
        return line.subject.partition("(")[0] or line.subject
    return of_all_connections(line.subject)
