"""A unit's D-Bus properties as a record (org.freedesktop.systemd1(5))."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stillwatch.records.unit import UnitState
from stillwatch.unit.protected import EXECUTED

NO_LIMIT = 1 << 60


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
        kind=(_text(values, "Type") if name.endswith(".service") else "") or name.rpartition(".")[2],
        result=_text(values, "Result"),
        exit_code=_number(values, "ExecMainCode"),
        exit_status=_number(values, "ExecMainStatus"),
        main_pid=_number(values, "MainPID"),
        restarts=_number(values, "NRestarts"),
        restart=_text(values, "Restart"),
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
        programs=tuple(dict.fromkeys(str(command[0]) for command in _commands(values))),
        commands=tuple(" ".join((command[0], *command[1][1:])) for command in _commands(values)),
        environment_files=_needed_files(values),
        additions=_additions(values),
        credentials=_credentials(values),
        working_directory=_text(values, "WorkingDirectory").lstrip("!"),
        group=_text(values, "Group"),
        memory_max=_limit(values, "MemoryMax"),
        memory_high=_limit(values, "MemoryHigh"),
        started_at=_number(values, "ExecMainStartTimestamp") / 1e6,
        where=_text(values, "Where"),
        wanted_by=_names(values, "WantedBy"),
        exited_at=_number(values, "ExecMainExitTimestamp") / 1e6,
        never_elapses=_never_elapses(values),
        active_at=max(_number(values, f"Active{edge}Timestamp") for edge in ("Enter", "Exit")) / 1e6,
    )


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


def _commands(values: Mapping[str, Any]) -> list[Any]:
    return [command for line in EXECUTED for command in values.get(line) or ()]


def _credentials(values: Mapping[str, Any]) -> tuple[str, ...]:
    """LoadCredential= that name a file; what is neither set nor passed on by whoever started systemd must be there."""
    spare = {name for name, _ in values.get("SetCredential") or ()}
    named = [entry for how in ("", "Encrypted") for entry in values.get(f"LoadCredential{how}") or ()]
    return tuple(str(path) for name, path in named if str(path).startswith("/") and name not in spare)


def _needed_files(values: Mapping[str, Any]) -> tuple[str, ...]:
    """EnvironmentFile= without those that may be missing ("-")."""
    return tuple(str(path) for path, optional in values.get("EnvironmentFiles") or () if not optional)


def _additions(values: Mapping[str, Any]) -> tuple[str, ...]:
    files = (path for path, _ in values.get("EnvironmentFiles") or ())
    return tuple(map(str, (*(values.get("DropInPaths") or ()), *files)))


def _never_elapses(values: Mapping[str, Any]) -> bool:
    """It only counts from a run of its unit (OnUnitActiveSec=), and there was none; a date may be past on purpose."""
    counts = _text(values, "SubState") == "elapsed" and not values.get("TimersCalendar")
    return counts and not _number(values, "LastTriggerUSec")
