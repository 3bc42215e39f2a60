"""When an incident is over: what it was opened for is no longer so, and has not been for a while."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Final

from stillwatch.records.cause import lasts, says_why
from stillwatch.records.incident import Incident
from stillwatch.records.trigger import UNKNOWN, Severity, Trigger
from stillwatch.records.unit import UnitState
from stillwatch.triage.precedence import DEPENDENT, HOST_WIDE, family
from stillwatch.triage.recovery import mended_at
from stillwatch.triage.sighting import Units
from stillwatch.triage.standing import is_of_the_start, is_of_this_run, is_well
from stillwatch.unit.names import is_unit

GONE: Final = "it is no longer so"
STEADY_SECONDS = 10.0
"""A unit must have run this long, without a further complaint, before its incident is over."""
QUIET_SECONDS = 900.0
"""Text about nothing that can be looked at is over when it was not said again for so long."""

LASTING_SECONDS = 86400.0
"""A damaged disk, array or file system says so once and stays damaged; an alert is told again in less."""


def why_over(
    incident: Incident, units: Mapping[str, UnitState], still: Container[tuple[str, str]] | None, at: float
) -> str | None:
    """One sentence why it is over, None while it is not.

    units: empty where they cannot be read; still: (rule, subject) of the metric triggers that the last reading gave,
    None before the first; at: now, seconds since the epoch. What is not known is not over.
    """
    if incident.state == "resolved" or not incident.triggers:
        return None
    known = Units.of(units)
    for trigger in incident.triggers:
        mended = mended_at(trigger, incident.triggers)
        if not (trigger.mends or _is_mended(mended, at) or _is_past(_understood(trigger, incident), known, still, at)):
            return None
    if all(_is_of_strangers(trigger) for trigger in incident.triggers):
        return "nobody has tried it again"
    named = known.get(incident.subject)
    if named is not None and not is_well(named, at):
        return None
    return f"{incident.subject} is well again" if named is not None else GONE


def _understood(trigger: Trigger, incident: Incident) -> Trigger:
    """Trouble that no rule knows has the cause that was found for it."""
    found = incident.cause.id if incident.cause is not None and trigger.rule == UNKNOWN else ""
    return replace(trigger, cause=found) if says_why(found) else trigger


def _is_of_strangers(trigger: Trigger) -> bool:
    return family(trigger.cause) == "brute-force"


def _is_mended(mended: float | None, at: float) -> bool:
    return mended is not None and at - mended >= STEADY_SECONDS


def _is_past(trigger: Trigger, units: Units, still: Container[tuple[str, str]] | None, at: float) -> bool:
    if trigger.events and trigger.events[0].source == "metric":
        return still is not None and (trigger.rule, trigger.subject) not in still
    if trigger.events and trigger.events[0].source == "alert":  # whoever told it says when it is over
        return at - trigger.last > LASTING_SECONDS
    if trigger.cause == "prompt-injection":  # a unit that is well does not unsay what somebody wrote
        return at - trigger.last > QUIET_SECONDS
    if _is_of_strangers(trigger):  # nor who attacked it; somebody who got in is not gone because it is quiet
        return at - trigger.last > (LASTING_SECONDS if trigger.severity >= Severity.high else QUIET_SECONDS)
    unit = units.get(trigger.subject) or units.get(f"{trigger.subject}.service")
    if unit is None:
        gone = bool(units.by_name) and is_unit(trigger.subject) and trigger.trusted
        quiet = LASTING_SECONDS if lasts(trigger.cause) else QUIET_SECONDS
        return at - trigger.last > (STEADY_SECONDS if gone else quiet)
    if is_of_the_start(trigger) and unit.active_state == "active" and is_of_this_run(trigger, unit):
        return False
    calm = QUIET_SECONDS if _waits_to_be_asked(trigger, unit) else STEADY_SECONDS
    return is_well(unit, at) and at - max(trigger.last, unit.changed_at) >= calm


def _waits_to_be_asked(trigger: Trigger, unit: UnitState) -> bool:
    """It complained of something of its own in the run that goes on: it may only not have been asked since."""
    cause = trigger.cause
    own = says_why(cause) and cause not in DEPENDENT and family(cause) not in HOST_WIDE
    since = unit.changed_at < trigger.first or is_of_this_run(trigger, unit)
    return own and not trigger.trusted and unit.active_state == "active" and since
