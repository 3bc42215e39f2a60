"""The only place where things are built and wired."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stillwatch.config import (
    Config,
    Paths,
    Watch,
    find_config,
    find_places,
    load_config,
)
from stillwatch.host.errorlogs import error_logs
from stillwatch.host.systemd import Systemd
from stillwatch.incidents.recall import Forgetful, Memory
from stillwatch.llm.three_tiers import Tiers
from stillwatch.ports import Clock, LookTools
from stillwatch.reading.gather import Source
from stillwatch.reading.recorded import recorded_sources
from stillwatch.reading.sources import JournalSource, LogSource, MetricSource, UnitSource, read_journal
from stillwatch.records.recording import Recording
from stillwatch.service.one_pass import Service, ServiceParts
from stillwatch.service.through_daemon import ThroughDaemon
from stillwatch.store.compiled import CompiledShelf
from stillwatch.store.recording import SHIPPED, load_recording
from stillwatch.tools.recorded_looks import RecordedLooks
from stillwatch.tools.tool import HostLooks, World
from stillwatch.untrusted.secrets.shelf import keep_on
from stillwatch.watch.family import load_rules, ordinary_lines
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.own_rules import load_own_rules
from stillwatch.watch.prefilter import Prefilter

LOG = logging.getLogger(__name__)
HOST_JOURNAL = Watch().journal

OWN_RULES = Path("/etc/stillwatch/rules.d")


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        return time.time()

    def boot(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoppedClock:
    """A recorded host's: for people it is the moment of the recording; deadlines run on."""

    at: float

    def now(self) -> float:
        return self.at

    def boot(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What every command takes. ignore_config: the defaults, whatever the file says, to examine a broken one."""

    config: str | None = None
    state_dir: str | None = None
    runtime_dir: str | None = None
    ignore_config: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """recording: the recorded host that is looked at instead of this one."""

    config: Config
    places: Paths
    clock: Clock
    recording: Recording | None = None

    def recorded(self, folder: Path | None) -> App:
        """The same over a recorded host, the one that is shipped by default. Raises WrongUsage, StillwatchError."""
        recording = load_recording(folder or SHIPPED)
        return replace(self, recording=recording, clock=StoppedClock(at=recording.at))

    @property
    def socket(self) -> Path:
        """Where the daemon speaks with commands."""
        return self.places.runtime / "service.sock"

    @property
    def journal_elsewhere(self) -> Path | None:
        """The directory that is watched instead of this host's journal, None for the host's."""
        wanted = self.config.watch.journal
        return Path(wanted) if wanted and wanted != HOST_JOURNAL else None

    def service(self, own_rules: Path | None = None) -> Service:
        """The verbs: through the daemon where one runs. Raises WrongUsage for a rule that does not decode."""
        rooms = self.rooms(own_rules)
        if own_rules is not None:
            return Service(rooms)
        if self.socket.exists() and self.recording is None:
            through = ThroughDaemon(rooms, self.socket)
            if through.answers():
                return through
        return Service(rooms)

    def rooms(self, own_rules: Path | None = None) -> ServiceParts:
        """own_rules: a folder of rules to try instead of the administrator's own."""
        packaged, folder = load_rules(), own_rules or OWN_RULES
        taken = {rule.id for rule in packaged}
        own = load_own_rules(folder, taken)
        rules = (*packaged, *own.rules)
        host = self.recording.host if self.recording else socket.gethostname()
        memory = Memory(self.places.state)
        shelf = self._shelf(memory)
        keep_on(shelf)

        def reload() -> tuple[Prefilter, Sequence[str]]:
            now = load_own_rules(folder, taken)
            return Prefilter((*packaged, *now.rules), shelf=shelf), now.problems

        return ServiceParts(
            host=host,
            clock=self.clock,
            rules=rules,
            rule_problems=own.problems,
            rules_folder=folder,
            reload=reload,
            ordinary=ordinary_lines,
            memory=Forgetful() if self.recording else memory,
            watcher=lambda: Watcher(Prefilter(rules, shelf=shelf, ahead=True), host=host),
            sources=lambda journal, log, since: self._sources(host, journal, log, since),
            looks=self._looks,
            tiers=self._tiers,
            catalogue=lambda: self.host_looks().catalogue(),
            gate=None if self.recording else self._ask_gate,
        )

    async def _ask_gate(self, verb: str, **fields: Any) -> Mapping[str, Any]:
        """One verb to the gate. Raises StillwatchError as its client does."""
        from stillwatch.gate import client

        return await client.ask_async(self.places, verb, **fields)

    def _shelf(self, memory: Memory) -> CompiledShelf:
        """A service keeps compiled rules with its state; all trials of a person share a cache."""
        if not self.places.trial:
            return CompiledShelf(self.places.state / "compiled" if memory.may_write else None)
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return CompiledShelf(cache / "stillwatch/compiled")

    def run_gate(self) -> int:
        """The gate process, until it is told to stop. Raises StillwatchError where it cannot start."""
        from stillwatch.gate.main import run_gate

        return run_gate(self.config, self.places)

    def _sources(self, host: str, journal: str | None, log: str | None, since: float) -> Sequence[Source]:
        if log is not None:
            return [LogSource(log, self.clock)]
        if journal is not None:
            return [JournalSource(journal, since, self.clock)]
        if self.recording is not None:
            return recorded_sources(self.recording, since)
        elsewhere = str(self.journal_elsewhere) if self.journal_elsewhere else None
        own = [] if self.config.watch.journal is False else [JournalSource(elsewhere, since, self.clock)]
        logs = [LogSource(file, self.clock, beside=True) for file in self.config.watch.logs]
        known = [file for file in error_logs(since) if file not in self.config.watch.logs]
        logs += [LogSource(file, self.clock, beside=True, since=since) for file in known]
        return [UnitSource(host, self.clock), MetricSource(host, self.clock), *own, *logs]

    def _looks(self, journal: str | None, log: str | None) -> LookTools | None:
        """None where another host's journal or log is read: what this host shows would only mislead."""
        if journal is not None or log is not None:
            return None
        return RecordedLooks(recording=self.recording) if self.recording else self.host_looks()

    def host_looks(self) -> HostLooks:
        world = World(host=socket.gethostname(), clock=self.clock, systemd=Systemd(), journal=read_journal)
        return HostLooks(world=world)

    def _tiers(self, wanted: bool) -> Tiers:
        return Tiers(self.config, self.places, self.clock, wanted=wanted)


def build(options: Options) -> App:
    """Read the configuration and find the places. Raises WrongUsage."""
    file = find_config(options.config)
    return App(
        config=Config() if options.ignore_config else load_config(file),
        places=find_places(file, options.state_dir, options.runtime_dir),
        clock=SystemClock(),
    )
