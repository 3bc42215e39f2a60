"""What would become of an action: judged here, and nothing changes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from stillwatch.config import Autonomy, Paths
from stillwatch.errors import StillwatchError
from stillwatch.gate.client import ask_async
from stillwatch.gate.offline import explain
from stillwatch.views.gate import EXPLAIN, Explained


async def explain_action(
    paths: Paths, level: Autonomy, action: str, target: str, arguments: Mapping[str, object]
) -> Explained:
    """Judged in this process, by the policy file and what PID 1 says; no gate is needed.

    Only the gate has the book of changes, so it is asked about an undo where it answers.
    """
    if action == "undo":
        with contextlib.suppress(StillwatchError):
            fields = {"action": action, "target": target, "arguments": dict(arguments)}
            return await ask_async(paths, EXPLAIN, door="admin", **fields)
    return EXPLAIN.read(await explain(paths, level, action, target, arguments))
