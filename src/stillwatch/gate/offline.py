"""`explain action` without a running gate."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from stillwatch.config import Autonomy, Paths
from stillwatch.gate.bus import SystemBus
from stillwatch.gate.change.action import Absent, NotInstalled, Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.host_access import HELPERS, LiveHostAccess
from stillwatch.gate.judge import Judge, explained, refused_explanation
from stillwatch.gate.policy import load_policy
from stillwatch.records.unit import UnitState


async def explain(
    paths: Paths, level: Autonomy, action: str, target: str, arguments: Mapping[str, object]
) -> dict[str, Any]:
    """`explain action` as CONTRACT has it, judged here; what this host lacks stands in `missing`."""
    access = LookingHostAccess(helpers=HELPERS)
    try:
        await access.bus.system_state()
    except Refused:
        access.bus = WordsBus()
    try:
        policy = load_policy(paths.policy_file, frozenset({0, os.getuid()} if paths.trial else {0}))
        access.declared = policy
        return explained(policy, await Judge(access, CATALOGUE, "").explain(policy, action, target, arguments), level)
    except Refused as refused:
        return refused_explanation(refused)
    finally:
        await access.bus.close()


class WordsBus(SystemBus):
    """For `explain` where no systemd can be asked: no unit is here, so the words alone are judged."""

    async def unit(self, name: str) -> UnitState | None:
        raise Absent(name)


class LookingHostAccess(LiveHostAccess):
    """It asks PID 1 and no helper, and can change nothing."""

    async def _ask(self, helper: str, request: Mapping[str, object], seconds: float) -> dict[str, Any]:
        if request.get("see") in ("connections", "carriers"):
            raise NotInstalled(f"no {helper} helper is asked here")
        raise Absent(f"the {helper} helper, as this user sees it,")
