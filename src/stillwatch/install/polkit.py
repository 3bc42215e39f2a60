"""polkit rules from the policy: this user, these exact units, these exact verbs, and nothing by pattern.

systemd hands polkit `unit` and `verb` of manage-units (org.freedesktop.systemd1(5), "Security"); a transient unit comes
without them, so `systemd-run` never matches. manage-unit-files is never granted: polkit cannot tell its units apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from stillwatch.unit.names import may_be_changed

GATE: Final = "stillwatch-gate"


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
