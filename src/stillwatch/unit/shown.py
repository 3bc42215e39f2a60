"""What `systemctl show` tells of units, as unit/transaction.py takes it: for programs that have no bus of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stillwatch.unit.names import Names, listed
from stillwatch.unit.protected import EXECUTED, carrying
from stillwatch.unit.transaction import FOLLOWED_BY, RELATIONS, Facts

PROTECTED_ANYWAY: Final = "stillwatch-protects-what-this-runs.service"
"""Among the relatives of a unit that runs a way in: protected by what it runs, whatever its name (R40)."""
_LISTS: Final = (*RELATIONS, "Names", "TriggeredBy", "After")
_WORDS: Final = ("Id", "LoadState", "ActiveState", *FOLLOWED_BY.values())
SHOWN: Final = f"--property={','.join(sorted({*_LISTS, *_WORDS, *EXECUTED, 'Job', 'StopWhenUnneeded'}))}"
"""The option by which all of it is asked for."""


def shown(text: str) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """(all its names, what PID 1 says of it) for each unit. Commands: its command lines, as they are told."""
    for block in text.split("\n\n"):
        lines = [line.split("=", 1) for line in block.splitlines() if "=" in line]
        values = dict(lines)
        facts: dict[str, Any] = {kind: listed(values.get(kind, "")) for kind in _LISTS}
        facts |= {kind: values[kind] for kind in _WORDS if kind in values}
        facts["Commands"] = [value for kind, value in lines if kind in EXECUTED and value]
        facts["Job"] = (1 if values.get("Job") else 0,)
        facts["StopWhenUnneeded"] = values.get("StopWhenUnneeded") == "yes"
        if values.get("Id"):
            yield tuple({values["Id"], *facts["Names"]}), facts


def absent(unit: str) -> dict[str, Any]:
    """What holds of a unit that PID 1 says nothing of."""
    return {"Id": unit, "LoadState": "not-found", "ActiveState": "inactive"}


async def names_told(ask: Facts, unit: str) -> Names:
    """Its names, and those of what triggers it and what it triggers, aliases too (R37)."""
    facts = await ask(unit)
    near = {*facts.get("Triggers", ()), *facts.get("TriggeredBy", ())}
    more = {name for one in near for name in (await ask(one)).get("Names", ())}
    marked = (PROTECTED_ANYWAY,) if carried(facts) else ()
    return Names.of({facts["Id"], *facts.get("Names", ())}, (*near, *more, *marked))


def carried(facts: Mapping[str, Any], uplinks: tuple[str, ...] = ()) -> str:
    """Why the unit is protected by what it runs (R40), "" if it is not."""
    needed = [name for kind in ("Requires", "Wants", "BindsTo", "After") for name in facts.get(kind, ())]
    return carrying(facts.get("Commands", ()), needed, uplinks)
