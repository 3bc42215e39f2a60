"""Unit names: which are well-formed, and which mean the same (R3)."""

from __future__ import annotations

import unicodedata

from stillwatch.gate.change.action import Absent, Refused, UnitBus
from stillwatch.unit.names import LONGEST, may_be_named


def check_unit_name(text: str) -> str:
    """The name, unchanged. Raises Refused unless it is ASCII after NFC, at most 255 bytes and one plain unit name."""
    if unicodedata.normalize("NFC", text) != text or not text.isascii() or len(text) > LONGEST:
        raise Refused("not a unit name: only ASCII, at most 255 bytes")
    if not may_be_named(text) or ".." in text or "@." in text:
        raise Refused("not the plain name of one unit")
    return text


async def same_unit(bus: UnitBus, name: str) -> tuple[str, ...]:
    """Every name of the unit, of what triggers it and of what it triggers. Raises Absent where it is not loaded."""
    unit = await bus.unit(check_unit_name(name))
    if unit is None:
        raise Absent(name)
    found = {unit.name, name, *unit.names}
    for other in (*unit.triggered_by, *unit.triggers):
        relative = await bus.unit(other)
        found |= {other, *(relative.names if relative else ())}
    return tuple(sorted(found | {_template(each) for each in found}))


def _template(name: str) -> str:
    stem, at, rest = name.partition("@")
    return f"{stem}@.{rest.rpartition('.')[2]}" if at else name
