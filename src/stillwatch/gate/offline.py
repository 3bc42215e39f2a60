"""What needs no running gate: explain an action, show the audit log, check whether it is whole."""

from __future__ import annotations

import os
import pwd
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stillwatch.config import Autonomy, Places
from stillwatch.gate.audit import Wholeness, check, read_records
from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.client import GATE_USER
from stillwatch.gate.journal import log_name, read_anchors
from stillwatch.gate.judge import Judge, explained, refused_explanation
from stillwatch.gate.policy import load_policy
from stillwatch.gate.world import HELPERS, LookingWorld, WordsBus

TRIES: Final = 4
PAUSE: Final = 0.3
"""journald takes what it is sent a moment later; a head that it does not know yet is looked for again."""


async def explain(
    places: Places, level: Autonomy, action: str, target: str, arguments: Mapping[str, object]
) -> dict[str, Any]:
    """`explain action` as CONTRACT has it, judged here; what this host lacks stands in `missing`."""
    world = LookingWorld(helpers=HELPERS)
    try:
        await world.bus.system_state()
    except Refused:
        world.bus = WordsBus()
    try:
        policy = load_policy(places.policy_file, frozenset({0, os.getuid()} if places.trial else {0}))
        world.declared = policy
        return explained(policy, await Judge(world, CATALOGUE, "").explain(policy, action, target, arguments), level)
    except Refused as refused:
        return refused_explanation(refused)
    finally:
        await world.bus.close()


def show_audit(places: Places, after: int = 0) -> Iterator[dict[str, Any]]:
    """Every record as `audit show --json` prints it. Raises NotReachable without a log, Refused at a spoilt record."""
    return (record.shown() for record in read_records(places.gate_state) if record.seq > after)


def verify_audit(places: Places, journal: str | None = None) -> Wholeness:
    """Whether the log is whole, as far as it and the journal can tell. Raises NotReachable without a log."""
    log, uid = log_name(places.gate_state), _gate_uid(places)
    for _ in range(TRIES):
        found = check(read_records(places.gate_state), read_anchors(log, uid, journal))
        if found.whole:
            break
        time.sleep(PAUSE)
    return found


def _gate_uid(places: Places) -> int:
    return os.getuid() if places.trial else pwd.getpwnam(GATE_USER).pw_uid
