"""From a unit's D-Bus properties to the record, and from the record to an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stillwatch.records.event import Event, Untrusted
from stillwatch.records.unit import UnitState
from stillwatch.watch.redact import safe_text


def as_state(values: Mapping[str, Any]) -> UnitState:
    """values: GetAll over all interfaces of a unit's object, variants unpacked; what is absent keeps its default."""
    name = _text(values, "Id")
    return UnitState(
        name=name,
        names=_names(values, "Names") or (name,),
        description=_text(values, "Description"),
        load_state=_text(values, "LoadState"),
        active_state=_text(values, "ActiveState"),
        sub_state=_text(values, "SubState"),
        enabled=_text(values, "UnitFileState"),
        kind=_text(values, "Type") or name.rpartition(".")[2],
        result=_text(values, "Result"),
        exit_code=_number(values, "ExecMainCode"),
        exit_status=_number(values, "ExecMainStatus"),
        main_pid=_number(values, "MainPID"),
        restarts=_number(values, "NRestarts"),
        need_reload=bool(values.get("NeedDaemonReload", False)),
        fragment_path=_text(values, "FragmentPath"),
        exec_start=_argv(values.get("ExecStart")),
        environment=_environment(values),
        user=_text(values, "User"),
        control_group=_text(values, "ControlGroup"),
        invocation_id=bytes(values.get("InvocationID") or b"").hex(),
        changed_at=_number(values, "StateChangeTimestamp") / 1e6,
        requires=_names(values, "Requires"),
        wants=_names(values, "Wants"),
        after=_names(values, "After"),
        required_by=_names(values, "RequiredBy"),
        triggered_by=_names(values, "TriggeredBy"),
        triggers=_names(values, "Triggers"),
        programs=_programs(values),
        environment_files=_needed_files(values),
        working_directory=_text(values, "WorkingDirectory").lstrip("!"),
        group=_text(values, "Group"),
        memory_max=_limit(values, "MemoryMax"),
        memory_high=_limit(values, "MemoryHigh"),
        active_at=max(_number(values, f"Active{edge}Timestamp") for edge in ("Enter", "Exit")) / 1e6,
    )


def unit_event(state: UnitState, host: str, at: float) -> Event:
    """at: when it was read, seconds since the epoch. The environment stays out: that is where secrets live."""
    numbers = {"exit_code", "exit_status", "main_pid", "restarts"}
    words = ("load_state", "active_state", "sub_state", "enabled", "kind", "result", "fragment_path", "user")
    fields = {name: str(getattr(state, name)) for name in (*words, *sorted(numbers))}
    fields |= {"control_group": state.control_group, "invocation_id": state.invocation_id}
    if state.kind == "timer" and state.active_at:
        fields["active_at"] = f"{state.active_at:.0f}"
    fields |= {
        "need_reload": "yes" if state.need_reload else "no",
        "exec": state.exec_start[0] if state.exec_start else "",
    }
    return Event(
        host=host,
        at=state.changed_at or at,
        source="unit",
        subject=state.name,
        text=Untrusted(status_line(state)),
        fields={name: value for name, value in fields.items() if value},
    )


def status_line(state: UnitState) -> str:
    """One line in the manner of `systemctl status`, redacted and bounded."""
    parts = [f"{state.name} ({safe_text(state.description, 120)}): {state.active_state} ({state.sub_state})"]
    if state.load_state not in ("loaded", ""):
        parts.append(f"load state {state.load_state}")
    if state.result not in ("", "success"):
        parts.append(f"result {state.result}")
    if state.exit_code or state.exit_status:
        how = {1: "exited", 2: "killed", 3: "dumped"}.get(state.exit_code, "ended")
        parts.append(
            f"{how}, status {state.exit_status}{EXIT_WORDS.get(state.exit_status, '') if how == 'exited' else ''}"
        )
    if state.main_pid:
        parts.append(f"main process {state.main_pid}")
    if state.restarts:
        parts.append(f"{state.restarts} restarts")
    if state.need_reload:
        parts.append("its file changed on disk, daemon-reload needed")
    if state.enabled:
        parts.append(state.enabled)
    return safe_text("; ".join(parts), 600)


EXEC_LINES = ("Condition", "StartPre", "Start", "StartPost", "Reload", "Stop", "StopPost")
NO_LIMIT = 1 << 60
EXIT_WORDS = {200: "/CHDIR", 203: "/EXEC", 216: "/GROUP", 217: "/USER", 226: "/NAMESPACE", 238: "/STATE_DIRECTORY"}
"""Exit statuses of systemd's own steps (systemd.exec(5))."""


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


def _number(values: Mapping[str, Any], name: str) -> int:
    value = values.get(name, 0)
    return value if isinstance(value, int) else 0


def _limit(values: Mapping[str, Any], name: str) -> int:
    """Bytes; "infinity" is the largest number there is, told here as 0."""
    value = _number(values, name)
    return value if 0 < value < NO_LIMIT else 0


def _names(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(sorted(values.get(name) or ()))


def _argv(commands: Any) -> tuple[str, ...]:
    """The first of a(sasbttttuii): the program, then its arguments (argv[0] may be another name, "@" in ExecStart=)."""
    if not commands:
        return ()
    program, words = commands[0][0], commands[0][1]
    return (program, *words[1:])


def _environment(values: Mapping[str, Any]) -> dict[str, str] | None:
    if "Environment" not in values:
        return None
    pairs = (entry.partition("=") for entry in values["Environment"])
    return {name: value for name, _, value in pairs}


def _programs(values: Mapping[str, Any]) -> tuple[str, ...]:
    commands = (command for line in EXEC_LINES for command in values.get(f"Exec{line}") or ())
    return tuple(dict.fromkeys(str(command[0]) for command in commands))


def _needed_files(values: Mapping[str, Any]) -> tuple[str, ...]:
    """EnvironmentFile= without those that may be missing ("-")."""
    return tuple(str(path) for path, optional in values.get("EnvironmentFiles") or () if not optional)
