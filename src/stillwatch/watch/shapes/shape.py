"""What a row of the table is: a pattern for the head of a line, with samples that prove it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

MONTH: Final = r"(?:[A-Za-z\x80-\xff.]{2,30}|\d{1,2}\.?(?:\xe6\x9c\x88|\xec\x9b\x94))"
"""A month's name in any language, to be looked up; 月 and 월 stand behind a number."""
CLOCK: Final = r"\d\d:\d\d:\d\d"
DAY: Final = r"[^\s\d\[\]<>(){}=:\"']{2,20}"
ZONE: Final = (
    r"(?:Z\b|[+-]\d\d:?\d\d\b|[+-]\d\d(?=[ \]])"
    r"|(?:UTC|GMT|UT|CES?T|E[DES]T|EEST|C[DS]T|M[DS]T|P[DS]T|A[KES]?[DS]T|WES?T|BST|MSK"
    r"|IST|JST|KST|HKT|SGT|PKT|WIB|NZ[DS]T|AE[DS]T|AC[DS]T|AW[DS]T|HST|SAST|CAT|EAT|WAT|IDT)\b"
    r"|[A-Z][a-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?)"
)
LEVEL: Final = (
    r"(?:EMERG(?:ENCY)?|ALERT|CRIT(?:ICAL)?|FATAL|PANIC|SEVERE|ERROR|ERR|WARN(?:ING)?|NOTICE|INFO(?:RMATION)?|DEBUG|TRACE|FINE(?:R|ST)?"
    r"|CONFIG|VERBOSE|SUCCESS"
    r"|emerg(?:ency)?|alert|crit(?:ical)?|fatal|panic|severe|error|err|warn(?:ing)?|notice|info(?:rmation)?|debug|trace|verbose"
    r"|Emergency|Alert|Critical|Fatal|Panic|Error|Warning|Warn|Notice|Info(?:rmation)?|Debug|Trace|Verbose)"
)
STAMPS: Final[Mapping[str, str]] = {
    "iso": r"\d{4}-\d\d-\d\d[T ] ?\d{1,2}:\d\d:\d\d",
    "shortiso": rf"\d\d-\d\d-\d\d {CLOCK}",
    "slash": rf"\d{{4}}/\d\d/\d\d[ T-]{CLOCK}",
    "bsd": rf"{MONTH} {{1,2}}\d{{1,2}} (?:\d{{4}} )?{CLOCK}(?: \d{{4}}(?= ))?",
    "ctime": rf"{DAY} {MONTH} {{1,2}}\d{{1,2}} {CLOCK}(?:\.\d{{1,6}})?(?: [A-Z]{{3,5}})? \d{{4}}",
    "dayiso": rf"{DAY} \d{{4}}-\d\d-\d\d {CLOCK}",
    "clf": rf"\d{{1,2}}/[A-Z][a-z]{{2}}/\d{{4}}:{CLOCK}",
    "dmy": rf"(?:[A-Z][a-z]{{2}}, )?\d{{1,2}}[ -][A-Z][a-z]{{2}}[ -](?:\d{{4}}[ :])?{CLOCK}",
    "us": r"\d{1,2}/\d{1,2}/(?:\d{4}|\d\d),? \d{1,2}:\d\d:\d\d(?: ?[AP]M\b)?",
    "dot": rf"(?:\d{{1,2}}\.\d{{1,2}}\.\d{{4}}|\d{{4}}\.\d\d\.\d\d),?[ T-]{CLOCK}",
    "jul": r"[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d(?: [AP]M\b)?",
    "compact": rf"(?:\d{{8}}[ T:-]?(?:{CLOCK}|\d{{6}}(?=\D))|\d{{6}} {{1,2}}\d{{1,2}}:\d\d:\d\d)",
    "daydash": rf"\d{{1,2}}/\d{{1,2}}/\d{{4}} -- {CLOCK}",
    "clock": rf"{CLOCK}",
    "epoch": r"\d{10}",
    "monthday": rf"\d{{4}} {CLOCK}",
}
"""Ways to write a time, up to the second; a fraction and a zone may follow all of them."""

DATED: Final = ("iso", "shortiso", "slash", "dmy", "dot", "us", "jul", "dayiso", "ctime", "compact", "clf")
FACILITY: Final = (
    r"(?P<facility>kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|ntp|audit|security|console|local[0-7])"
    r"\.(?P<level>emerg|panic|alert|crit|err|error|warn|warning|notice|info|debug) "
)
HOST: Final = r"(?P<host>[A-Za-z0-9_](?:[A-Za-z0-9_.:%-]{0,253}[A-Za-z0-9_%])?)"
NAME: Final = r"(?:\([^()\s]{1,80}\)|[A-Za-z0-9_/.-][^\s:\[\]\"'=|{}<>]{0,80})"
TAG: Final = rf"(?P<program>{NAME})\]? ?(?:\[(?P<pid>\d{{1,10}})\])?:(?: |$)"
"""The bracket alone: the workers of gdm call themselves `gdm-password]`."""
LOGGER: Final = r"[A-Za-z_][\w.$:/-]{0,120}[\w$]"
FRAGMENTS: Final[Mapping[str, str]] = {
    "pri": r"(?:<(?P<pri>\d{1,3})>)?",
    "facility": f"(?:{FACILITY})?",
    "host": HOST,
    "tag": TAG,
    "level": rf"(?P<level>{LEVEL})(?![A-Za-z])",
    "word": rf"{LEVEL}(?![A-Za-z])",
    "logger": rf"(?P<logger>{LOGGER})",
    "mono": r"(?P<mono>\d{1,9}\.\d{6})",
    "after": r"(?:[.,](?P<f>\d{1,9}))?(?: ?(?P<z>" + ZONE + "))?",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A line of the shape and what must be read from it; at: ISO with zone, "" where the line names no time.

    A time without a zone is the reader's own; samples are read in UTC. A year that is missing is 2026.
    """

    line: str
    at: str = ""
    host: str = ""
    program: str = ""
    pid: str = ""
    priority: int | None = None
    unit: str = ""
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """pattern: the head of a line; the message begins where it ends. `{iso}` and the like stand for a time of STAMPS,
    `{stamp}` for any with a date, the rest for FRAGMENTS. Groups: stamp, f (fraction), z (zone), mono (seconds since
    boot), pri (of syslog), level, host, program, logger (named by its package), pid,
    unit.

    program: who writes this shape, where the line does not say. whole: the message is the whole line. inner: what
    follows may be a line with a head of its own. loose: fits other text too, so it is believed only where most lines
    of the stream have it.
    """

    id: str
    pattern: str
    samples: tuple[Sample, ...]
    program: str = ""
    whole: bool = False
    inner: bool = False
    loose: bool = False

    @cached_property
    def compiled(self) -> re.Pattern[bytes]:
        return re.compile(expand(self.pattern).encode("latin-1"))

    @cached_property
    def groups(self) -> frozenset[str]:
        """The names of the parts that its lines may have."""
        return frozenset(self.compiled.groupindex)

    @cached_property
    def starts(self) -> frozenset[str]:
        """How its lines begin, of `beginning`: the row is tried on such lines only."""
        return frozenset(beginning(sample.line.encode()) for sample in self.samples)


def expand(pattern: str) -> str:
    """The regular expression that a row's pattern stands for."""
    for name, text in STAMPS.items():
        pattern = pattern.replace(f"{{{name}}}", f"(?P<stamp>{text}){FRAGMENTS['after']}")
    dated = "|".join(STAMPS[name] for name in DATED)
    pattern = pattern.replace("{stamp}", f"(?P<stamp>{dated}){FRAGMENTS['after']}")
    for name, text in FRAGMENTS.items():
        pattern = pattern.replace(f"{{{name}}}", text)
    return pattern


def beginning(line: bytes) -> str:
    """The first character's kind: "0" for digits, "a" for letters of any script, else itself."""
    first = line[:1]
    if first.isdigit():
        return "0"
    return "a" if first.isalpha() or first >= b"\x80" else first.decode("ascii")
