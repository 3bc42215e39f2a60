"""A host as the look tools see it: units and journal lines that a test tells, files and processes of the real one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stillwatch.host.systemd import Listed, Timer, full_name
from stillwatch.records.line import Line
from stillwatch.records.look import Seen
from stillwatch.records.unit import UnitState
from stillwatch.tools.tool import HostLooks, HostReader

NOW = 2_000_000_000.0


class Still:
    def now(self) -> float:
        return NOW

    def boot(self) -> float:
        return 1000.0


@dataclass(kw_only=True)
class Units:
    """What PID 1 would answer."""

    known: Sequence[UnitState] = ()
    planned: Sequence[Timer] = field(default_factory=list)
    address: str = "unix:path=/nowhere"

    async def unit(self, name: str) -> UnitState:
        whole = full_name(name)
        return next((unit for unit in self.known if unit.name == whole), UnitState(name=whole, load_state="not-found"))

    async def listed(self) -> list[Listed]:
        return [Listed(unit.name, "", "loaded", unit.active_state, unit.sub_state, "/") for unit in self.known]

    async def timers(self) -> list[Timer]:
        return list(self.planned)


@dataclass(kw_only=True)
class Lines:
    """The journal; `asked` keeps what was asked for."""

    told: Sequence[Line] = ()
    asked: list[tuple[float, str | None]] = field(default_factory=list)

    def __call__(self, *, since: float, unit: str | None = None, matches: Sequence[str] = ()) -> Iterator[Line]:
        self.asked.append((since, unit))
        wanted: dict[str, set[str]] = {}
        for name, _, value in (match.partition("=") for match in matches):
            wanted.setdefault(name, set()).add(value)
        return (
            line
            for line in self.told
            if line.at >= since
            and unit in (None, line.subject)
            and all(line.field(name) in values for name, values in wanted.items())
        )


def line(text: str, subject: str = "shop.service", ago: float = 10.0) -> Line:
    return Line(NOW - ago, text.encode(), subject, "journal")


def reader(
    *units: UnitState, timers: Sequence[Timer] = (), lines: Sequence[Line] | None = None, root: Path = Path("/")
) -> HostReader:
    systemd: Any = Units(known=units, planned=timers)
    journal = None if lines is None else Lines(told=lines)
    return HostReader(host="h", clock=Still(), systemd=systemd, journal=journal, root=root)


async def look(tool: str, here: HostReader | None = None, **arguments: object) -> Seen:
    """Look, and check what holds for every look: text or a problem, never both, and bounded."""
    seen = await HostLooks(reader=here or reader()).look(tool, arguments)
    assert bool(seen.text) != bool(seen.problem)
    assert len(seen.text) <= 4000
    return seen


def rows(seen: Seen, name: str) -> list[Mapping[str, Any]]:
    listed: Any = seen.data[name]
    return list(listed)
