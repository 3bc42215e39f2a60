"""Stop a unit that runs."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.unit_verb import UnitVerb
from stillwatch.records.unit import UnitState


class StopUnit(UnitVerb):
    name, verb, back = "stop_unit", "stop", "start"
    risk, undoable = "medium", True
    not_from = ("inactive", "failed")
    does, undoes = "stop {target}", "start {target} again"
    success = "PID 1 says that {target} is inactive, now and after 1 and 10 minutes"

    def reached(self, unit: UnitState, before: Mapping[str, str]) -> bool:
        return unit.active_state in ("inactive", "failed")
