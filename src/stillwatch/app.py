"""The only place where things are built and wired."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stillwatch.config import Config, Paths, find_config, find_paths, load_config
from stillwatch.ports import Clock
from stillwatch.service.known import Known

if TYPE_CHECKING:
    from stillwatch.records.recording import Recording
    from stillwatch.service.assembly import Assembly
    from stillwatch.service.one_pass import OnePass
    from stillwatch.service.parts import ServiceParts
    from stillwatch.tools.tool import HostLooks


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
    paths: Paths
    clock: Clock
    recording: Recording | None = None

    def recorded(self, folder: Path | None) -> App:
        """The same over a recorded host, the one that is shipped by default. Raises WrongUsage, StillwatchError."""
        from stillwatch.store.recording import SHIPPED, load_recording

        recording = load_recording(folder or SHIPPED)
        return replace(self, recording=recording, clock=StoppedClock(at=recording.at))

    @property
    def socket(self) -> Path:
        """Where the daemon speaks with commands."""
        return self.paths.runtime / "service.sock"

    def known(self) -> Known | OnePass:
        """What a daemon knows; without one, what is kept."""
        return self._daemon() or self.service()

    def service(self, own_rules: Path | None = None) -> OnePass:
        """The verbs: through the daemon where one runs. Raises WrongUsage for a rule that does not decode."""
        from stillwatch.service.one_pass import OnePass
        from stillwatch.service.through_daemon import ThroughDaemon

        parts = self.parts(own_rules)
        if own_rules is None and self._daemon():
            return ThroughDaemon(parts, self.socket)
        return OnePass(parts)

    def _daemon(self) -> Known | None:
        link = Known(self.socket)
        return link if self.recording is None and self.socket.exists() and link.answers() else None

    def parts(self, own_rules: Path | None = None) -> ServiceParts:
        """own_rules: a folder of rules to try instead of the administrator's own."""
        return self.assembly().parts(own_rules)

    def assembly(self) -> Assembly:
        """What looks and thinks; imported only by what needs it, since it is most of the house."""
        from stillwatch.service.assembly import Assembly

        return Assembly(config=self.config, paths=self.paths, clock=self.clock, recording=self.recording)

    def host_looks(self) -> HostLooks:
        return self.assembly().host_looks()

    def run_gate(self) -> int:
        """The gate process, until it is told to stop. Raises StillwatchError where it cannot start."""
        from stillwatch.gate.main import run_gate

        return run_gate(self.config, self.paths)


def build(options: Options) -> App:
    """Read the configuration and find the places. Raises WrongUsage."""
    file = find_config(options.config)
    return App(
        config=Config() if options.ignore_config else load_config(file),
        paths=find_paths(file, options.state_dir, options.runtime_dir),
        clock=SystemClock(),
    )
