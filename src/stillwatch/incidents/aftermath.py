"""What a fault took down with it: mending its root does not bring that back by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from stillwatch.records.action import Proposal
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Incident
from stillwatch.records.unit import UnitState

WITH_IT: Final = 10.0
"""Seconds before the fault was first seen in which what needs it may have gone down already."""
_STARTABLE: Final = (".service", ".socket", ".timer", ".path")
_WANTED: Final = ("enabled", "enabled-runtime")


def still_down(incident: Incident, units: Mapping[str, UnitState]) -> tuple[UnitState, ...]:
    """Enabled units that the fault took down and that are down yet, by PID 1's word; what needs least comes first."""
    by_name = {alias: unit for unit in units.values() for alias in (unit.name, *unit.names)}
    mended = {incident.proposal.target} if incident.proposal else set[str]()
    subjects = {trigger.subject for trigger in incident.triggers if trigger.trusted}
    roots = [unit for name in (*mended, incident.subject) if (unit := by_name.get(name))]
    needing = {name for unit in roots for name in unit.required_by}
    found = {unit.name: unit for name in subjects | needing if (unit := by_name.get(name))}
    down = [
        unit for unit in found.values() if unit.name not in mended and _went_down(unit, incident, unit.name in subjects)
    ]
    return tuple(sorted(down, key=lambda unit: (len({*unit.requires} & found.keys()), unit.name)))


def next_start(incident: Incident, down: Sequence[UnitState]) -> Proposal | None:
    """To start the first of them, or run the job again, for which that was not tried yet in this incident."""
    tried = {step.text.partition(":")[0] for step in incident.history}
    for unit in down:
        action = "run_job" if unit.kind == "oneshot" else "start_unit"
        if f"{action.replace('_', ' ')} {unit.name}" not in tried:
            because = Untrusted(f"{unit.name} went down with {incident.subject}")
            return Proposal(action=action, target=unit.name, because=because)
    return None


def _went_down(unit: UnitState, incident: Incident, reported: bool) -> bool:
    # A job is nobody's to enable: its timer is.
    wanted = unit.enabled in _WANTED or (unit.kind == "oneshot" and bool(unit.triggered_by))
    if not unit.name.endswith(_STARTABLE) or not wanted or unit.load_state not in ("", "loaded"):
        return False
    if unit.active_state == "failed":
        return True
    lately = reported or unit.changed_at >= incident.opened - WITH_IT
    return unit.active_state == "inactive" and unit.kind != "oneshot" and lately
