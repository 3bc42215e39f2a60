"""What a conversation may draw on beside the incidents: how the units stand, and names that a look may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stillwatch.records.incident import Incident
from stillwatch.records.report import SourceReport
from stillwatch.records.unit import UnitState
from stillwatch.think.talk.answer import asked_about
from stillwatch.think.talk.intent import About

MOST_UNITS = 12
MOST_STATES = 4
CHANGED_HOURS = 30.0
"""Yesterday, whenever that began for whoever asks; each change is told with its age."""


def facts(question: str, units: Mapping[str, UnitState], sources: Sequence[SourceReport]) -> list[str]:
    """The state of each service that is asked about, and what could not be read."""
    names = asked_about(question, [name for name in units if name.endswith(".service")])[:MOST_STATES]
    states = [f"{name} is {units[name].active_state} ({units[name].sub_state})" for name in names]
    return states + [f"{source.name} could not be read: {source.problem}" for source in sources if not source.read]


def first_looks(about: About, question: str, units: Mapping[str, UnitState]) -> list[tuple[str, Mapping[str, object]]]:
    """What answers a question about this, looked at before a model asks for it."""
    if about == "changes":
        return [("recent_changes", {"hours": CHANGED_HOURS})]
    if about == "space":
        return [("disk_use", {})]
    if about == "load":
        named = asked_about(question, [name for name in units if name.endswith(".service")])[:1]
        return [("memory", {}), ("process_list", {}), *(("unit_status", {"unit": name}) for name in named)]
    return []


def units_for(question: str, incidents: Sequence[Incident], units: Mapping[str, UnitState]) -> list[str]:
    """Unit names a look may ask about: those in the question, then those with incidents, then a few more."""
    named = asked_about(question, list(units))
    subjects = [incident.subject for incident in incidents if incident.subject in units]
    rest = sorted(name for name, unit in units.items() if name.endswith(".service") and unit.active_state != "inactive")
    return list(dict.fromkeys([*named, *subjects, *rest]))[:MOST_UNITS]
