"""One systemd unit as PID 1 describes it: trusted facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitState:
    """names: the unit's id and all its aliases; exec_start: the argv of the first ExecStart;

    environment: Environment= as a mapping; changed_at: last state change, seconds since the epoch (0 unknown);
    result and exit_status: as in `systemctl show` (Result, ExecMainStatus); main_pid 0 where none runs;
    requires/wants/after/required_by/triggered_by/triggers: unit names, sorted;
    programs: what any Exec…= of it starts; commands: the same with arguments, a line for each;
    environment_files: those that must exist; additions: drop-ins, then all environment files;
    credentials: files that LoadCredential= names;
    memory_max and memory_high: bytes, 0 for no limit;
    active_at: when it was last known to be active, wall seconds (0 unknown);
    exited_at: when its main process last ended, wall seconds (0 never, unknown, or it runs); started_at: when it was
    last started; where: of a mount, the directory; wanted_by: units that want it; never_elapses: a timer that runs, of
    whose times none lies ahead, and that has started nothing; restart: Restart= of a service.
    """

    name: str
    names: tuple[str, ...] = ()
    description: str = ""
    load_state: str = ""
    active_state: str = ""
    sub_state: str = ""
    enabled: str = ""
    kind: str = ""
    result: str = ""
    exit_code: int = 0
    exit_status: int = 0
    main_pid: int = 0
    restarts: int = 0
    need_reload: bool = False
    fragment_path: str = ""
    exec_start: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None
    user: str = ""
    control_group: str = ""
    invocation_id: str = ""
    changed_at: float = 0.0
    requires: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    required_by: tuple[str, ...] = ()
    triggered_by: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    environment_files: tuple[str, ...] = ()
    additions: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    working_directory: str = ""
    group: str = ""
    memory_max: int = 0
    memory_high: int = 0
    active_at: float = 0.0
    exited_at: float = 0.0
    started_at: float = 0.0
    where: str = ""
    wanted_by: tuple[str, ...] = ()
    never_elapses: bool = False
    restart: str = ""
