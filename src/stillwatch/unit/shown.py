"""What `systemctl show` tells of units, as unit/transaction.py takes it: for programs that have no bus of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stillwatch.unit.names import Names, listed
from stillwatch.unit.transaction import RELATIONS

_LISTS: Final = (*RELATIONS, "Names", "TriggeredBy")
_WORDS: Final = ("Id", "LoadState", "ActiveState")
SHOWN: Final = f"--property={','.join(sorted({*_LISTS, *_WORDS, 'Job', 'StopWhenUnneeded'}))}"
"""The option by which all of it is asked for."""


def shown(text: str) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """(all its names, what PID 1 says of it) for each unit."""
    for block in text.split("\n\n"):
        said = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        facts: dict[str, Any] = {kind: listed(said.get(kind, "")) for kind in _LISTS}
        facts |= {kind: said[kind] for kind in _WORDS if kind in said}
        facts["Job"] = (1 if said.get("Job") else 0,)
        facts["StopWhenUnneeded"] = said.get("StopWhenUnneeded") == "yes"
        if said.get("Id"):
            yield tuple({said["Id"], *facts["Names"]}), facts


def absent(unit: str) -> dict[str, Any]:
    """What holds of a unit that PID 1 says nothing of."""
    return {"Id": unit, "LoadState": "not-found", "ActiveState": "inactive"}


def names_in(facts: Mapping[str, Any]) -> Names:
    return Names.of({facts["Id"], *facts.get("Names", ())}, (*facts.get("Triggers", ()), *facts.get("TriggeredBy", ())))
