"""What happens while somebody is answered, as it happens: a stream of these, and `Ended` as the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stillwatch.records.chat import Usage
from stillwatch.records.incident import Evidence


@dataclass(frozen=True, slots=True)
class Looking:
    """Something is looked at."""

    line: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """A piece of what a reasoning model says to itself: it is no part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Something that the answer points to, when it has been said."""

    evidence: Evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How an answer ended. finish: "stop" or "length"; by: the tier that wrote it, "rule" or "gate".

    note: why no model wrote, where one should have; "" elsewhere.
    """

    usage: Usage = Usage()
    finish: str = "stop"
    by: str = "rule"
    note: str = ""


Saying = Looking | Thinking | Text | Citation | Ended
Hear = Callable[[Saying], None]
