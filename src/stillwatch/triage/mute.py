"""Mutes applied: an incident that nobody wants to hear of goes on being kept, and is not told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Final

from stillwatch.records.incident import Incident, Step
from stillwatch.records.mute import Mute
from stillwatch.records.trigger import Severity

NO_LONGER: Final = "no longer muted"


def covers(mute: Mute, incident: Incident, at: float) -> bool:
    """By key, by subject, or by rule where all of its triggers are the rule's. Critical incidents are never covered."""
    if incident.severity >= Severity.critical or (mute.until and at >= mute.until):
        return False
    if any(fnmatchcase(name, mute.pattern) for name in (incident.key, incident.subject) if name):
        return True
    return bool(incident.triggers) and all(fnmatchcase(trigger.rule, mute.pattern) for trigger in incident.triggers)


def apply_mutes(incident: Incident, mutes: Iterable[Mute], at: float) -> Incident:
    """Mute a covered incident, waiting or not; open a muted one again that no longer is (it ended, or it got worse)."""
    mute = next((mute for mute in mutes if covers(mute, incident, at)), None)
    if mute is not None and incident.state in ("open", "waiting"):
        step = Step(at=at, by=mute.by or "rule", text=f"muted by {mute.pattern}")
        return replace(incident, state="muted", muted_by=mute.pattern, history=(*incident.history, step))
    if mute is None and incident.state == "muted":
        step = Step(at=at, by="rule", text=NO_LONGER)
        return replace(incident, state="open", muted_by="", history=(*incident.history, step))
    return incident
