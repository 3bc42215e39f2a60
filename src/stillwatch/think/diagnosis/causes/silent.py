"""A unit is refused and says not by whom: the one port of its settings at which nobody listens on this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import TOLD, Case, Finding

_REFUSED: Final = re.compile(r"\brefused\b|ECONNREFUSED", re.I)


async def silent_port(case: Case, unit: UnitState, ports: Sequence[int], cited: tuple[str, ...]) -> Finding | None:
    """The port may be another machine's: that is not known, so it is not said."""
    if len(ports) != 1 or not any(_REFUSED.search(trigger.sample[:2000]) for trigger in case.incident.triggers):
        return None
    port = ports[0]
    nobody = await case.cite_look("listening_sockets", f"nobody listens on port {port}", port=port)
    sentence = f"{unit.name} is refused; its settings speak of port {port}, at which nobody listens on this machine"
    return case.finding("dependency-failed", f"port {port}", sentence, cited, nobody, confidence=TOLD)
