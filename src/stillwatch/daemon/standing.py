"""What the loops know of the host, and tell each other."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from stillwatch.records.report import SourceReport
from stillwatch.records.unit import UnitState
from stillwatch.records.unread import Unread
from stillwatch.watch import probes, usage
from stillwatch.watch.trend import FILLING

SOURCES: Final = {
    **dict.fromkeys(usage.KINDS, "processes"),
    usage.JOB_WITHOUT_PROGRAM: "crontabs",
    **dict.fromkeys(probes.RULES, "probes"),
    **dict.fromkeys(probes.FILE_RULES, "declared files"),
    FILLING: "foresight",
}
"""Which source measures what a rule judges."""
Beyond = frozenset[tuple[str, str]]
"""Rules and subjects beyond their threshold."""


@dataclass(frozen=True, slots=True)
class Still:
    """What is beyond its threshold now, by source. Before a source that is followed was read once, what was said of it
    before still holds."""

    beyond: Mapping[str, Beyond]
    followed: Collection[str]

    def __contains__(self, what: object) -> bool:
        source = SOURCES.get(what[0], "") if isinstance(what, tuple) else ""
        unread = source in self.followed and source not in self.beyond
        return unread or any(what in found for found in self.beyond.values())


@dataclass(kw_only=True)
class Standing:
    """units: by name, as PID 1 told last; sources: what is read or fails, by name; beyond: what is beyond its threshold
    now, by source, where that was read already; followed: the names of the sources; units_asked: set once PID 1
    answered or failed; unread: what the lines of followed logs do not tell; crowded_out: lines of trouble of which the
    watchers kept only the number.
    """

    units: dict[str, UnitState] = field(default_factory=dict)
    sources: dict[str, SourceReport] = field(default_factory=dict)
    beyond: dict[str, Beyond] = field(default_factory=dict)
    followed: Collection[str] = ()
    lines: int = 0
    unread: Unread = Unread()
    crowded_out: int = 0
    units_asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def still(self) -> Still | None:
        """None before the first reading of the metrics."""
        return Still(self.beyond, self.followed) if "metrics" in self.beyond else None

    def fine(self, name: str) -> None:
        """What is told only while it fails is well again."""
        self.sources.pop(name, None)

    def beside(self, name: str, problem: str) -> None:
        """Something that makes nothing unread; problem: "" while it is well."""
        if problem:
            self.sources[name] = SourceReport(name=name, read=True, problem=problem)
        else:
            self.fine(name)
