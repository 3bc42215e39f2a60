"""Unit names: which are well-formed, and which mean the same (R3)."""

from __future__ import annotations

import unicodedata

from stillwatch.gate.change.action import Absent, Refused, UnitBus
from stillwatch.records.unit import UnitState
from stillwatch.unit.names import LONGEST, Names, may_be_named, template_of


def check_unit_name(text: str) -> str:
    """The name, unchanged. Raises Refused unless it is ASCII after NFC, at most 255 bytes and one plain unit name."""
    if unicodedata.normalize("NFC", text) != text or not text.isascii() or len(text) > LONGEST:
        raise Refused("not a unit name: only ASCII, at most 255 bytes")
    if not may_be_named(text) or ".." in text:
        raise Refused("not the plain name of one unit")
    return text


def check_known(unit: UnitState) -> None:
    """R15: PID 1 loads any instance of a template that it is asked about, so the name itself may be a stranger's words.

    Raises Refused for one that nothing on this host ever named: no link, no timer, no other unit, no run in this boot.
    """
    if unit.fragment_path.rpartition("/")[2] != template_of(unit.name) or "@" not in unit.name:
        return
    pulled_in = (*unit.wanted_by, *unit.required_by, *unit.triggered_by)
    ran = unit.active_state != "inactive" or unit.invocation_id or unit.active_at or unit.exited_at
    if not (pulled_in or ran or unit.enabled.startswith("enabled")):
        raise Refused(f"nothing on this host ever named this instance of {template_of(unit.name)}")


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
