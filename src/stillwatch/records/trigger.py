"""Why we look: a rule, a threshold or a novelty that fired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Literal, get_args

from stillwatch.records.event import Event, Untrusted

UNKNOWN: Final = "unknown-trouble"
"""The rule of trouble that no rule knows."""


SeverityName = Literal["info", "low", "medium", "high", "critical"]


class Severity(IntEnum):
    """Ordered, so that the worst of several is `max`; `str()` gives the word used everywhere outside."""

    info = 0
    low = 1
    medium = 2
    high = 3
    critical = 4

    def __str__(self) -> str:
        return self.name

    @property
    def word(self) -> SeverityName:
        """As `str()`, for types that know the words."""
        words: tuple[SeverityName, ...] = get_args(SeverityName)
        return words[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """One reason to look, already counted: `count` events between `first` and `last` (seconds since the epoch).

    rule: the rule's id ("systemd-exec-missing").
    subject: the unit, mount point or program it is about.
    cause: what the rule takes for the cause (an id of records/cause.py), or "" where it cannot say.
    fields: what the rule extracted from the text ({"port": "8080"}): untrusted text.
    trusted: whether PID 1, the kernel or fields that journald itself sets say so; free text alone never is.
    vouched: whether journald saw a unit writing that the rule names as one who speaks of others (smartd of disks).
    events: at most a handful, the first and the last among them.
    object: the culprit, where the rule names another thing than the subject.
    follows: ids (or globs) of the rules whose consequence this is, within window seconds.
    mends: ids (or globs) of the rules whose fault this is the end of, for the same thing.
    looks: look tools that tell more. remedy: the action that the rule would propose, "" for none.
    say: what it means and what to do, for people.
    words: of a unit that ended, what its own programs said just before, the oldest first.
    """

    rule: str
    severity: Severity
    summary: str
    subject: str
    host: str
    count: int
    first: float
    last: float
    cause: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    sample: Untrusted = Untrusted("")
    trusted: bool = False
    vouched: bool = False
    events: tuple[Event, ...] = ()
    object: str = ""
    follows: tuple[str, ...] = ()
    window: float = 600.0
    mends: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    remedy: str = ""
    say: str = ""
    words: tuple[Event, ...] = ()

    @property
    def at(self) -> float:
        """When it was last seen."""
        return self.last
