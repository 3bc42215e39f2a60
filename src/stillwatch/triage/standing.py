"""How bad it is once one knows how the unit stands now."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stillwatch.records.trigger import UNKNOWN, Severity, Trigger
from stillwatch.records.unit import UnitState
from stillwatch.triage.precedence import DEPENDENT, UNIT_FAILURE
from stillwatch.triage.recovery import mended_at
from stillwatch.triage.sighting import Sighting, is_from_log
from stillwatch.unit.facts import paths_of

MEASURED = frozenset(
    (
        *("unit-zombies", "unit-busy", "unit-tasks"),
        *("probe-failed", "probe-slow", "probe-certificate", "backup-old", "certificate-file"),
    )
)
"""Rules by which we measure what a unit does now."""
OPEN_TO_ALL = "systemd-file-writable"
"""The rule by which PID 1 says that anybody may change the file of a unit."""
RELOAD_FAILED = "systemd-reload-failed"
RESTARTED = "systemd-restarting"
"""The rule that counts starts; how the unit ended before each of them, another one says."""
_COMES_AGAIN = frozenset({"oom", "watchdog", "certificate-expired"})
_READ_AT_START = frozenset({"bad-config"})
_LOADED_AT_START = frozenset({"php-extension-missing"})
"""Causes and rules that a program tells of as it starts, and which hold for as long as it runs."""
_ERRORS = frozenset("0123")
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]{0,80}(?:Error|Exception): ")
"""The last line of a traceback: whoever goes on without the thing does not print it."""
_RESTLESS_FOR = 120.0
_AGAIN_AND_AGAIN = 3
_SAME_MOMENT = 1.0
STARTING = 60.0
"""Seconds after its start in which a unit may miss others that start with it."""


def severity_of(sightings: Sequence[Sighting], units: Sequence[UnitState | None], at: float) -> Severity:
    """The worst of its triggers; low for planted instructions, info for hearsay and for what has mended itself."""
    speaking = [s for s in sightings if not s.hearsay and s.trigger.cause != "prompt-injection"]
    reports = [s.trigger for s in speaking]
    lasting = [s for s in speaking if not s.trigger.mends and mended_at(s.trigger, reports) is None]
    if speaking and not lasting:
        return Severity.info
    speaking = lasting
    if not speaking:
        return Severity.low if any(s.trigger.cause == "prompt-injection" for s in sightings) else Severity.info
    worst = max(s.trigger.severity for s in speaking)
    if not all(s.node.startswith(f"{UNIT_FAILURE} ") for s in speaking) or not units:
        return worst
    known = [unit for unit in units if unit is not None]
    if len(known) == len(units) and all(s.trigger.rule == RESTARTED for s in speaking) and all(map(_ends_well, known)):
        return Severity.info
    if len(known) < len(units) or not all(is_well(unit, at) for unit in known):
        return worst
    if any(_still_matters(s) or _reload_failed(s, known) for s in speaking):
        return min(worst, Severity.high)
    if all(was_a_race(speaking, unit, at) for unit in known):
        return Severity.info
    if any(complains(speaking, unit) or runs_without(speaking, unit) for unit in known):
        return min(worst, Severity.medium)
    return min(worst, Severity.info if all(has_recovered(speaking, unit) for unit in known) else Severity.low)


def _still_matters(sighting: Sighting) -> bool:
    """Causes that a restart does not take away; what is counted by us needs nobody's word."""
    trigger = sighting.trigger
    return (
        trigger.cause == "log-flood"
        or trigger.rule in (*MEASURED, OPEN_TO_ALL)
        or (trigger.cause in _COMES_AGAIN and trigger.trusted)
    )


def _reload_failed(sighting: Sighting, units: Sequence[UnitState]) -> bool:
    """It runs on with its old settings, until it starts with the new ones, or fails to."""
    began = max((unit.started_at for unit in units if unit.name == sighting.unit), default=0.0)
    return sighting.trigger.rule == RELOAD_FAILED and sighting.trigger.last >= began


def is_well(unit: UnitState, at: float) -> bool:
    """Active, or ended well, and not about to be started for the umpteenth time."""
    if unit.load_state == "masked" or is_off(unit) or unit.never_elapses:
        return False
    restless = unit.restarts >= _AGAIN_AND_AGAIN and at - unit.changed_at < _RESTLESS_FOR
    if unit.active_state == "active":
        return unit.sub_state != "auto-restart" and not restless
    never_run = unit.changed_at == 0
    return (
        unit.active_state == "inactive" and unit.result in ("", "success") and unit.exit_status == 0 and not never_run
    )


def _ends_well(unit: UnitState) -> bool:
    """Whether its last end was no error: Restart=always starts a poller again that has done its work."""
    return unit.active_state != "failed" and unit.result in ("", "success") and unit.exit_status == 0


def is_off(unit: UnitState) -> bool:
    """A mount that every boot makes, and that is not there now."""
    wanted = unit.enabled in ("enabled", "generated") and bool(unit.wanted_by or unit.required_by)
    return unit.name.endswith(".mount") and unit.active_state == "inactive" and wanted and unit.active_at > 0


def was_a_race(sightings: Sequence[Sighting], unit: UnitState, at: float) -> bool:
    """Whether it only missed others in the first moments after its start, as at every boot, and no more since."""
    reports = [s.trigger for s in sightings if s.unit in ("", unit.name)]
    early = all(trigger.last <= unit.changed_at + STARTING and at - trigger.last >= STARTING for trigger in reports)
    missed_others = all(trigger.cause in DEPENDENT or trigger.cause == "name-resolution" for trigger in reports)
    return unit.active_state == "active" and bool(reports) and early and missed_others


def complains(sightings: Sequence[Sighting], unit: UnitState) -> bool:
    """Whether it went on complaining after its last change of state: then running does not mean well."""
    later = [s.trigger for s in sightings if unit.changed_at and s.trigger.last > unit.changed_at + _SAME_MOMENT]
    return unit.active_state == "active" and sum(trigger.count for trigger in later) >= _AGAIN_AND_AGAIN


def runs_without(sightings: Sequence[Sighting], unit: UnitState) -> bool:
    """Whether it said as it started that it leaves out a part of its settings: said once, and true since."""
    reports = [s.trigger for s in sightings if s.unit == unit.name and is_of_the_start(s.trigger)]
    return unit.active_state == "active" and any(is_of_this_run(trigger, unit) for trigger in reports)


def is_of_the_start(trigger: Trigger) -> bool:
    """Whether it tells what a program leaves out for as long as it runs."""
    stays = trigger.cause in _READ_AT_START or trigger.rule in _LOADED_AT_START
    return not trigger.trusted and (stays or (trigger.cause == "missing-path" and _is_called_an_error(trigger)))


def _is_called_an_error(trigger: Trigger) -> bool:
    """By the program itself, as it wrote the line: what it can do without it says as a notice."""
    return any(
        event.fields.get("priority", "") in _ERRORS or _EXCEPTION.match(event.text[:200]) for event in trigger.events
    )


def is_of_this_run(trigger: Trigger, unit: UnitState) -> bool:
    """journald knows whose run a line is of; without it the time decides, which a daemon that forks makes unsure."""
    known = _by_journald(trigger, unit)
    return not _was_before(trigger, unit.started_at or unit.changed_at) if known is None else known


def _by_journald(trigger: Trigger, unit: UnitState) -> bool | None:
    """Whether it is of the run that goes on; None where journald did not see whose line it was."""
    runs = {event.fields.get("systemd_invocation_id", "") for event in trigger.events} - {""}
    return unit.invocation_id in runs if runs and unit.invocation_id else None


def has_recovered(sightings: Sequence[Sighting], unit: UnitState) -> bool:
    """Whether the last complaint lies before its last start: a restart that succeeded is no alarm.

    A reload changes its state, too; what is said of one that failed holds until it starts with those settings.
    """
    began = unit.started_at or unit.changed_at
    own = [s.trigger for s in sightings if s.unit in ("", unit.name)]
    return all(_was_before(one, began) for one in own) and not any(_still_holds(one, unit) for one in own)


def _still_holds(trigger: Trigger, unit: UnitState) -> bool:
    """Whether the run that goes on called it an error as it began, or missed a path that the unit itself names: that it
    runs does not unsay it."""
    missed = trigger.cause == "missing-path" and trigger.fields.get("path", "") in paths_of(unit)
    return (missed or trigger.rule == UNKNOWN) and _by_journald(trigger, unit) is True


def _was_before(trigger: Trigger, began: float) -> bool:
    """Log files often tell whole seconds: what was said in the second of a start may have come after it."""
    if is_from_log(trigger):
        return trigger.last < int(began)
    if is_of_the_start(trigger):
        return trigger.last <= began
    return trigger.last <= began + _SAME_MOMENT
