"""What the service is made of: the sources, rules, looks and models that the configuration asks for."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stillwatch.config import Config, Paths, Watch
from stillwatch.gate import client
from stillwatch.host.systemd import Systemd
from stillwatch.incidents.recall import Forgetful, Recall
from stillwatch.llm.three_tiers import Tiers
from stillwatch.ports import Clock, LookTools
from stillwatch.reading.catalogue import host_sources
from stillwatch.reading.recorded import recorded_sources
from stillwatch.reading.source import Readable, Source, Wanted
from stillwatch.reading.sources.journal import JournalSource, read_journal
from stillwatch.reading.sources.logs import LogSource
from stillwatch.records.recording import Recording
from stillwatch.service.parts import ServiceParts
from stillwatch.store.compiled import CompiledShelf
from stillwatch.tools.recorded_looks import RecordedLooks
from stillwatch.tools.tool import HostLooks, HostReader
from stillwatch.untrusted.secrets.shelf import keep_on
from stillwatch.watch.family import load_rules, ordinary_lines
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.own_rules import load_own_rules
from stillwatch.watch.prefilter import Prefilter

HOST_JOURNAL = Watch().journal
OWN_RULES = Path("/etc/stillwatch/rules.d")


@dataclass(frozen=True, kw_only=True, slots=True)
class Assembly:
    """recording: the recorded host that is looked at instead of this one."""

    config: Config
    paths: Paths
    clock: Clock
    recording: Recording | None = None

    @property
    def journal_elsewhere(self) -> Path | None:
        """The directory that is watched instead of this host's journal, None for the host's."""
        wanted = self.config.watch.journal
        return Path(wanted) if wanted and wanted != HOST_JOURNAL else None

    def parts(self, own_rules: Path | None = None) -> ServiceParts:
        """own_rules: a folder of rules to try instead of the administrator's own."""
        memory = Recall(self.paths.state)
        shelf = self._shelf(memory)
        packaged, folder = load_rules(shelf=shelf), own_rules or OWN_RULES
        taken = {rule.id for rule in packaged}
        own = load_own_rules(folder, taken)
        rules = (*packaged, *own.rules)
        host = self.recording.host if self.recording else socket.gethostname()
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
            sources=lambda journal, log, since: self.sources(host, journal, log, since),
            looks=self.looks,
            tiers=self._tiers,
            catalogue=lambda: self.host_looks().catalogue(),
            gate=None if self.recording else partial(client.ask_async, self.paths),
        )

    def _shelf(self, memory: Recall) -> CompiledShelf:
        """A service keeps compiled rules with its state; all trials of a person share a cache."""
        if not self.paths.trial:
            return CompiledShelf(self.paths.state / "compiled" if memory.may_write else None)
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return CompiledShelf(cache / "stillwatch/compiled")

    def sources(self, host: str, journal: str | None, log: str | None, since: float) -> Sequence[Readable]:
        if log is not None:
            return [LogSource(log, self.clock)]
        if journal is not None:
            return [JournalSource(journal, since, self.clock)]
        if self.recording is not None:
            return recorded_sources(self.recording, since)
        return self.host_sources(host, since=since)

    def host_sources(self, host: str, *, since: float = 0.0, lasting: bool = False) -> Sequence[Source]:
        """Of this host, as the configuration wants it. lasting: to be followed."""
        elsewhere = str(self.journal_elsewhere) if self.journal_elsewhere else None
        wanted = Wanted(
            host=host,
            clock=self.clock,
            journal=False if self.config.watch.journal is False else elsewhere,
            logs=self.config.watch.logs,
            since=since,
            lasting=lasting,
            probes=self.config.watch.probes,
            backups=self.config.watch.backups,
            certificates=self.config.watch.certificates,
        )
        return host_sources(wanted)

    def looks(self, journal: str | None, log: str | None) -> LookTools | None:
        """None where another host's journal or log is read: what this host shows would only mislead."""
        if journal is not None or log is not None:
            return None
        return RecordedLooks(recording=self.recording) if self.recording else self.host_looks()

    def host_looks(self) -> HostLooks:
        reader = HostReader(
            host=socket.gethostname(),
            clock=self.clock,
            systemd=Systemd(),
            journal=read_journal,
            probes=self.config.watch.probes,
            settings_changes=Recall(self.paths.state).settings_changes,
        )
        return HostLooks(reader=reader)

    def _tiers(self, wanted: bool) -> Tiers:
        return Tiers(self.config, self.paths, self.clock, wanted=wanted)
