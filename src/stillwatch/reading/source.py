"""What a source is: one thing of a host that is read once by a pass, and followed for ever by the daemon."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

from stillwatch.ports import Clock
from stillwatch.records.event import Event
from stillwatch.records.line import Line
from stillwatch.records.unit import UnitState
from stillwatch.tables.declared import Backup, CertificateFile, Probe
from stillwatch.watch.monitor import Sightings, Watcher

NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """What one source gave: all of it to a pass, a part to the daemon that follows it.

    events: facts to be judged; units: all of them as they stand, None if the source does not tell. whole: False where
    only a part could be read; problem: what was odd, "" if nothing; watched: in a few words. hosts: whose lines a log
    or a foreign journal holds, as far as its first lines and its triggers show. places: by thing, where reading goes
    on after a stop, to be saved together with what was made of the part (R31). samples: readings to be kept, by name.
    measured: the events are all that is measured, so that what they do not show any more is over.
    """

    sightings: Sightings | None = None
    events: Sequence[Event] = ()
    units: Mapping[str, UnitState] | None = None
    whole: bool = True
    problem: str = ""
    watched: str = ""
    hosts: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, float] = field(default_factory=dict)
    measured: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Following:
    """What a source needs in order to be followed.

    watcher: judges the text; turn: whose turn with it is, since sources share one; hear: takes each part as it comes;
    place: where reading of a thing stood at the last stop, "" for nowhere.
    """

    watcher: Watcher
    hear: Callable[[Read], None]
    place: Callable[[str], str]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def see(self, lines: Iterable[Line]) -> Sightings:
        """Have lines judged, in a thread beside the loop."""
        async with self.turn:
            return await asyncio.to_thread(self.watcher.see, lines)


class Readable(Protocol):
    """What a pass reads. A recorded host has these alone."""

    @property
    def name(self) -> str: ...

    async def read(self, watcher: Watcher, ends: float) -> Read:
        """Read until `ends` (boot clock) at the latest. Raises NotReachable; WrongUsage for what the user named."""
        ...


class Source(Readable, Protocol):
    """One thing of this host: the journal, a log, the units, the metrics, the processes."""

    @property
    def beside(self) -> bool:
        """Whether its text is judged beside the journal's, by a watcher of its own."""
        ...

    async def follow(self, following: Following) -> None:
        """For ever. Raises NotReachable, OSError; it is followed again later."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What of a host is read. journal: a directory instead of the host's, None for the host's, False for none; logs:
    the files that the configuration names; since: of text only what was said after that (seconds since the epoch);
    lasting: it will be followed, so that what says nothing now counts as well; probes, backups, certificates: what the
    owner declared."""

    host: str
    clock: Clock
    journal: str | bool | None = None
    logs: Sequence[str] = ()
    since: float = 0.0
    lasting: bool = False
    probes: Sequence[Probe] = ()
    backups: Sequence[Backup] = ()
    certificates: Sequence[CertificateFile] = ()
