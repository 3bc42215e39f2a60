"""From a unit's record to an event, and to one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stillwatch.records.event import Event, Untrusted
from stillwatch.records.unit import UnitState
from stillwatch.untrusted.redact import safe_text

IDLE = ("inactive", "failed")


def unit_events(units: Iterable[UnitState], host: str, at: float, known: Mapping[str, UnitState]) -> list[Event]:
    """known: all units, by which is told who needs one that cannot run."""
    return [unit_event(unit, host, at, _missed_by(unit, known)) for unit in units]


def _missed_by(unit: UnitState, known: Mapping[str, UnitState]) -> str:
    """Of a unit that nothing can start: one that is switched on, requires it, and so does not run."""
    if unit.load_state not in ("masked", "not-found"):
        return ""
    needing = (known[name] for name in unit.required_by if name in known)
    waiting = (other.name for other in needing if other.enabled == "enabled" and other.active_state in IDLE)
    return next(waiting, "")


def unit_event(state: UnitState, host: str, at: float, missed_by: str = "") -> Event:
    """at: when it was read, seconds since the epoch. The environment stays out: that is where secrets live."""
    numbers = {"exit_code", "exit_status", "main_pid", "restarts"}
    words = ("load_state", "active_state", "sub_state", "enabled", "kind", "result", "fragment_path", "user")
    fields = {name: str(getattr(state, name)) for name in (*words, *sorted(numbers))}
    fields |= {"control_group": state.control_group, "invocation_id": state.invocation_id}
    if state.kind in ("timer", "mount") and state.active_at:
        fields["active_at"] = f"{state.active_at:.0f}"
    if state.never_elapses:
        fields["never_elapses"] = "yes"
    wanted = "yes" if state.wanted_by or state.required_by else ""
    fields |= {"missed_by": missed_by, "where": state.where, "wanted": wanted if state.kind == "mount" else ""}
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


EXIT_WORDS = {200: "/CHDIR", 203: "/EXEC", 216: "/GROUP", 217: "/USER", 226: "/NAMESPACE", 238: "/STATE_DIRECTORY"}
"""Exit statuses of systemd's own steps (systemd.exec(5))."""
