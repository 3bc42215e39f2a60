"""What the loops know of the host, and tell each other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from stillwatch.records.report import SourceReport
from stillwatch.records.unit import UnitState
from stillwatch.records.unread import Unread
from stillwatch.watch.usage import KINDS


@dataclass(frozen=True, slots=True)
class Still:
    """What is beyond its threshold now. Before processes were read once, what was said of them before still holds."""

    metrics: frozenset[tuple[str, str]]
    used: frozenset[tuple[str, str]] | None

    def __contains__(self, what: object) -> bool:
        unknown = self.used is None and isinstance(what, tuple) and what[0] in KINDS
        return unknown or what in self.metrics or what in (self.used or ())


@dataclass(kw_only=True)
class Standing:
    """units: by name, as PID 1 told last; sources: what is read or fails, by name; metrics, used: rules and subjects
    beyond their threshold now, of the metrics and of the processes, None before the first reading; units_asked: set
    once PID 1 answered or failed; unread: what the lines of followed logs do not tell; crowded_out: lines of trouble of
    which the watchers kept only the number.
    """

    units: dict[str, UnitState] = field(default_factory=dict)
    sources: dict[str, SourceReport] = field(default_factory=dict)
    metrics: frozenset[tuple[str, str]] | None = None
    used: frozenset[tuple[str, str]] | None = None
    lines: int = 0
    unread: Unread = Unread()
    crowded_out: int = 0
    units_asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def still(self) -> Still | None:
        """None before the first reading of the metrics."""
        return None if self.metrics is None else Still(self.metrics, self.used)

    def fine(self, name: str) -> None:
        """What is told only while it fails is well again."""
        self.sources.pop(name, None)

    def beside(self, name: str, problem: str) -> None:
        """Something that makes nothing unread; problem: "" while it is well."""
        if problem:
            self.sources[name] = SourceReport(name=name, read=True, problem=problem)
        else:
            self.fine(name)
