"""Start a unit that is down."""

from __future__ import annotations

from stillwatch.gate.change.unit_verb import UnitVerb


class StartUnit(UnitVerb):
    name, verb, back = "start_unit", "start", "stop"
    risk, undoable = "low", True
    not_from = ("active", "reloading")
    does, undoes = "start {target}", "stop {target} again"
