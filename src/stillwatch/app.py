"""The only place where things are built and wired."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stillwatch.config import Config, Places, find_config, find_places, load_config
from stillwatch.gather import Source
from stillwatch.host.systemd import Systemd
from stillwatch.ports import Clock, LookTools
from stillwatch.remember import Memory
from stillwatch.service import Rooms, Service
from stillwatch.sources import JournalSource, LogSource, MetricSource, UnitSource, read_journal
from stillwatch.store.compiled import CompiledShelf
from stillwatch.tiers import Tiers
from stillwatch.tools.tool import HostLooks, World
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.rule import RULES_FOLDER, load_rules
from stillwatch.watch.screen import Screen

OWN_RULES = Path("/etc/stillwatch/rules.d")


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        return time.time()

    def boot(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What every command takes."""

    config: str | None = None
    state_dir: str | None = None
    runtime_dir: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    config: Config
    places: Places
    clock: Clock

    def service(self) -> Service:
        """Raises WrongUsage for a rule of the owner's that does not decode."""
        rules = load_rules([RULES_FOLDER, OWN_RULES] if OWN_RULES.is_dir() else [RULES_FOLDER])
        host = socket.gethostname()
        memory = Memory(self.places.state)
        shelf = CompiledShelf(self.places.state / "compiled") if memory.may_write else None
        return Service(
            Rooms(
                host=host,
                clock=self.clock,
                rules=rules,
                memory=memory,
                watcher=lambda: Watcher(Screen(rules, shelf=shelf), host=host),
                sources=lambda journal, log, since: self._sources(host, journal, log, since),
                looks=self._looks,
                tiers=self._tiers,
                catalogue=lambda: self._host_looks().catalogue(),
            )
        )

    def _sources(self, host: str, journal: str | None, log: str | None, since: float) -> Sequence[Source]:
        if log is not None:
            return [LogSource(log, self.clock)]
        if journal is not None:
            return [JournalSource(journal, since, self.clock)]
        own = [] if self.config.watch.journal is False else [JournalSource(None, since, self.clock)]
        return [UnitSource(host, self.clock), MetricSource(host, self.clock), *own]

    def _looks(self, journal: str | None, log: str | None) -> LookTools | None:
        """None where another host's journal or log is read: what this host shows would only mislead."""
        if journal is not None or log is not None:
            return None
        return self._host_looks()

    def _host_looks(self) -> HostLooks:
        world = World(host=socket.gethostname(), clock=self.clock, systemd=Systemd(), journal=read_journal)
        return HostLooks(world=world)

    def _tiers(self, wanted: bool) -> Tiers:
        return Tiers(self.config, self.places, self.clock, wanted=wanted)


def build(options: Options) -> App:
    """Read the configuration and find the places. Raises WrongUsage."""
    file = find_config(options.config)
    return App(
        config=load_config(file),
        places=find_places(file, options.state_dir, options.runtime_dir),
        clock=SystemClock(),
    )
