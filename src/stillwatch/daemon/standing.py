"""What the loops know of the host, and tell each other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from stillwatch.records.report import SourceReport
from stillwatch.records.unit import UnitState
from stillwatch.records.unread import Unread


@dataclass(kw_only=True)
class Standing:
    """units: by name, as PID 1 told last; sources: what is read or fails, by name; still: rules and subjects of the
    metrics beyond their threshold now, None before the first reading; units_asked: set once PID 1 answered or failed;
    unread: what the lines of followed logs do not tell; crowded_out: lines of trouble of which the watchers kept only
    the number.
    """

    units: dict[str, UnitState] = field(default_factory=dict)
    sources: dict[str, SourceReport] = field(default_factory=dict)
    still: set[tuple[str, str]] | None = None
    lines: int = 0
    unread: Unread = Unread()
    crowded_out: int = 0
    units_asked: asyncio.Event = field(default_factory=asyncio.Event)

    def fine(self, name: str) -> None:
        """What is told only while it fails is well again."""
        self.sources.pop(name, None)

    def beside(self, name: str, problem: str) -> None:
        """Something that makes nothing unread; problem: "" while it is well."""
        if problem:
            self.sources[name] = SourceReport(name=name, read=True, problem=problem)
        else:
            self.fine(name)
