"""Unit names: which are well-formed, and which mean the same (R3)."""

from __future__ import annotations

import unicodedata

from stillwatch.gate.change.action import Absent, Refused, UnitBus
from stillwatch.records.unit import UnitState
from stillwatch.unit.names import LONGEST, Names, may_be_named


def check_unit_name(text: str) -> str:
    """The name, unchanged. Raises Refused unless it is ASCII after NFC, at most 255 bytes and one plain unit name."""
    if unicodedata.normalize("NFC", text) != text or not text.isascii() or len(text) > LONGEST:
        raise Refused("not a unit name: only ASCII, at most 255 bytes")
    if not may_be_named(text) or ".." in text or "@." in text:
        raise Refused("not the plain name of one unit")
    return text


async def names_of(bus: UnitBus, name: str) -> Names:
    """Raises Absent where it is not loaded."""
    if await bus.unit(check_unit_name(name)) is None:
        raise Absent(name)
    return await names_of_any(bus, name)


async def names_of_any(bus: UnitBus, name: str) -> Names:
    """Of a unit that PID 1 itself named, loaded or not."""
    unit = await bus.unit(name) or UnitState(name=name)
    own = {unit.name, name, *unit.names}
    found = set[str]()
    for other in (*unit.triggered_by, *unit.triggers):
        relative = await bus.unit(other)
        found |= {other, *(relative.names if relative else ())}
    return Names.of(own, found)
