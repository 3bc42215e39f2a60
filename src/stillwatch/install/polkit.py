"""polkit rules from the policy: this user, these exact units, these exact verbs, and nothing by pattern.

systemd hands polkit `unit` and `verb` of manage-units (org.freedesktop.systemd1(5), "Security"); a transient unit comes
without them, so `systemd-run` never matches. manage-unit-files is never granted: polkit cannot tell its units apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from stillwatch.unit.names import may_be_changed

GATE: Final = "stillwatch-gate"
VERBS: Final[Mapping[str, frozenset[str]]] = {
    "start_unit": frozenset({"start", "stop"}),
    "stop_unit": frozenset({"stop", "start"}),
    "restart_unit": frozenset({"restart", "start", "reset-failed"}),
    "reload_unit": frozenset({"reload"}),
    "reset_failed": frozenset({"reset-failed"}),
}
"""What each action and its undo need of PID 1."""
MENDED: Final = frozenset({"start", "reset-failed"})
"""What is done to the unit of a declared thing, or of a port, once that is mended."""


def granted(
    policy: Mapping[str, Any], units: Iterable[str], protected: Callable[[str], bool]
) -> dict[str, tuple[str, ...]]:
    """Unit → verbs that some rule may come to need. policy: the policy file's tables; units: those of this host."""
    verbs: dict[str, set[str]] = {}
    rules = [rule for rule in policy.get("rule", []) if rule.get("verdict") in ("allow", "ask")]
    for unit in units:
        for rule in rules:
            named = any(fnmatchcase(unit, glob) for glob in rule.get("targets", ["*"]))
            for action in rule.get("actions") or VERBS:
                if named and action in VERBS:
                    verbs.setdefault(unit, set()).update(VERBS[action])
                if action == "terminate_process":
                    verbs.setdefault(unit, set()).update(MENDED)
    for table, needed in (("runbooks", {"start"}), ("cleaners", {"start"}), ("files", MENDED), ("locks", MENDED)):
        for entry in policy.get(table, []):
            verbs.setdefault(str(entry.get("unit", "")), set()).update(needed)
    exact = {unit: tuple(sorted(found)) for unit, found in verbs.items() if may_be_changed(unit)}
    return {unit: exact[unit] for unit in sorted(exact) if not protected(unit)}


def polkit_rules(grants: Mapping[str, Sequence[str]]) -> str:
    """The text of /etc/polkit-1/rules.d/50-stillwatch.rules. Raises ValueError for a unit that is no exact name."""
    odd = [unit for unit in grants if not may_be_changed(unit)]
    if odd:
        raise ValueError(f"not the exact name of one unit: {odd[0]!r}")
    table = json.dumps({unit: list(grants[unit]) for unit in sorted(grants)}, indent=2, ensure_ascii=True)
    return f"""// Written by `stillwatch policy apply` from /etc/stillwatch/policy.toml. Changes here are lost.
var stillwatchUnits = {table};

polkit.addRule(function(action, subject) {{
    if (action.id !== "org.freedesktop.systemd1.manage-units" || subject.user !== "{GATE}") {{
        return polkit.Result.NOT_HANDLED;
    }}
    var unit = action.lookup("unit");
    var verb = action.lookup("verb");
    var known = Object.prototype.hasOwnProperty.call(stillwatchUnits, unit);
    return known && stillwatchUnits[unit].indexOf(verb) >= 0 ? polkit.Result.YES : polkit.Result.NO;
}});
"""
