"""Let a running unit read its configuration again."""

from __future__ import annotations

from stillwatch.gate.change.unit_verb import UnitVerb


class ReloadUnit(UnitVerb):
    name, verb = "reload_unit", "reload"
    risk, undoable = "low", False
    only_from = "active"
    does = "reload {target}"
