"""The only place where things are built and wired."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.config import (
    SERVICE_STATE,
    Autonomy,
    Config,
    Paths,
    Watch,
    find_config,
    find_places,
    load_config,
    pulled_before,
)
from stillwatch.errors import StillwatchError
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
from stillwatch.watch.family import RULES_FOLDER, load_rules, ordinary_lines
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter

LOG = logging.getLogger(__name__)
HOST_JOURNAL = Watch().journal
if TYPE_CHECKING:
    from stillwatch.admin.suggest import Suggestion
    from stillwatch.gate.policy import Policy
    from stillwatch.host.auditlog import Wholeness
    from stillwatch.install.installer import Installer
    from stillwatch.records.report import Finding

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

    def service(self) -> Service:
        """The verbs: through the daemon where one runs. Raises WrongUsage for a rule that does not decode."""
        rooms = self.rooms()
        if self.socket.exists() and self.recording is None:
            through = ThroughDaemon(rooms, self.socket)
            if through.answers():
                return through
        return Service(rooms)

    def rooms(self) -> ServiceParts:
        folders = [RULES_FOLDER, OWN_RULES] if OWN_RULES.is_dir() else [RULES_FOLDER]
        rules = load_rules(folders)
        host = self.recording.host if self.recording else socket.gethostname()
        memory = Memory(self.places.state)
        shelf = self._shelf(memory)
        keep_on(shelf)
        return ServiceParts(
            host=host,
            clock=self.clock,
            rules=rules,
            ordinary=lambda: ordinary_lines(folders),
            memory=Forgetful() if self.recording else memory,
            watcher=lambda: Watcher(Prefilter(rules, shelf=shelf, ahead=True), host=host),
            sources=lambda journal, log, since: self._sources(host, journal, log, since),
            looks=self._looks,
            tiers=self._tiers,
            catalogue=lambda: self.host_looks().catalogue(),
        )

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

    async def explain_action(
        self, level: Autonomy, action: str, target: str, arguments: Mapping[str, object]
    ) -> dict[str, Any]:
        """Judged in this process, by the policy file and what PID 1 says; no gate is needed and nothing changes.

        Only the gate has the book of changes, so it is asked about an undo where it answers.
        """
        from stillwatch.gate.client import ask_async
        from stillwatch.gate.offline import explain

        if action == "undo":
            with contextlib.suppress(StillwatchError):
                fields = {"action": action, "target": target, "arguments": dict(arguments)}
                return await ask_async(self.places, "explain", door="admin", **fields)
        return await explain(self.places, level, action, target, arguments)

    def audit_records(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """The gate's records beyond a sequence number. Raises NotReachable without a log."""
        from stillwatch.host.auditanchors import show_audit

        return show_audit(self.places, after)

    def verify_audit(self, journal: str | None = None) -> Wholeness:
        """journal: a journal directory instead of this host's. Raises NotReachable without a log."""
        from stillwatch.host.auditanchors import verify_audit

        return verify_audit(self.places, journal)

    def policy(self, file: Path | None = None) -> Policy:
        """The policy in force, or that of a file. Raises StillwatchError where the gate would not believe it."""
        from stillwatch.gate.policy import load_policy

        trusted = frozenset({0, os.getuid()} if self.places.trial or file else {0})
        return load_policy(file or self.places.policy_file, trusted)

    def declared(self, policy: Policy) -> dict[str, list[str]]:
        """What a policy declares: table → names, the empty ones left out."""
        from stillwatch.gate.declared import Declared

        tables = {name: getattr(policy, name) for name in Declared.__struct_fields__}
        return {
            table: [getattr(entry, "name", None) or entry.unit for entry in entries]
            for table, entries in tables.items()
            if entries
        }

    async def suggestions(self) -> list[Suggestion]:
        """What the policy could declare on this host and does not yet; all of it where the policy is not believed."""
        from stillwatch.admin.suggest import suggestions

        return await suggestions(self._declared_already())

    async def gate_findings(self) -> list[Finding]:
        """What the doctor says about the gate and its policy."""
        from stillwatch.doctor.gate import examine_gate

        version, problem = "", ""
        try:
            version = self.policy().version
        except StillwatchError as error:
            problem = str(error)
        return await examine_gate(self.places, version, problem, self._declared_already())

    def _declared_already(self) -> dict[str, set[str]]:
        try:
            policy = self.policy()
        except StillwatchError:
            return {}
        return {
            "rotated_logs": {entry.directory for entry in policy.rotated_logs},
            "files": {entry.path for entry in policy.files},
            "timers": {entry.unit for entry in policy.timers},
        }

    async def apply_policy(self, hands: Installer, file: Path | None = None) -> int:
        """Write polkit's rules from the policy file that services use; returns how many units are granted.

        Raises StillwatchError where the gate would not believe the file.
        """
        import tomllib

        from stillwatch.gate.policy import DEFAULT, load_policy
        from stillwatch.install.apply import apply_policy
        from stillwatch.unit.protected import protected_by

        file = file or self.places.policy_file
        policy = load_policy(file, frozenset({0}))
        tables = tomllib.loads((file if file.exists() else DEFAULT).read_text())
        return await apply_policy(
            hands, file, tables, policy.version, lambda unit: bool(protected_by((unit,), policy.protected))
        )

    async def install(self, hands: Installer) -> None:
        """Install on this systemd host, for whatever configuration this command was given. Raises StillwatchError."""
        from stillwatch.gate.policy import DEFAULT
        from stillwatch.install import program, steps

        async def apply() -> None:
            await self.apply_policy(hands, steps.CONFIGURATION / "policy.toml")

        python = await program.prepare(hands)
        program.adopt_models(hands, pulled_before(), SERVICE_STATE / "models")
        await steps.install(hands, python, program.engines(hands), DEFAULT.read_text(), apply)

    def actions(self) -> list[dict[str, Any]]:
        """The catalogue of typed actions, as data."""
        import sys

        import msgspec

        from stillwatch.gate.change.catalogue import CATALOGUE

        return [
            {
                "name": action.name,
                "risk": action.risk,
                "undoable": action.undoable,
                "undoes": action.undoes,
                "description": (sys.modules[type(action).__module__].__doc__ or "").partition("\n")[0],
                "example": action.example,
                "arguments": _fields(msgspec.json.schema(action.arguments)),
            }
            for action in CATALOGUE.values()
        ]

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


def _fields(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of the one object that a schema describes."""
    (described,) = schema["$defs"].values()
    needed = described.get("required", ())
    return {name: {**facts, "required": name in needed} for name, facts in described["properties"].items()}


def build(options: Options) -> App:
    """Read the configuration and find the places. Raises WrongUsage."""
    file = find_config(options.config)
    return App(
        config=Config() if options.ignore_config else load_config(file),
        places=find_places(file, options.state_dir, options.runtime_dir),
        clock=SystemClock(),
    )
