"""All that `systemctl enable` and `disable` of a unit touch: what its [Install] section names (systemd.unit(5)).

PID 1 does not tell it, so the unit's files are read; a unit that is enabled along (Also=) is followed to its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from stillwatch.helpers.policyfile import protected_patterns
from stillwatch.helpers.request import RequestRefused
from stillwatch.helpers.unit_state import check_unprotected, unit_facts
from stillwatch.unit.names import is_unit, listed, may_be_changed, unescaped
from stillwatch.unit.protected import protected_by, protected_by_name

MOST: Final = 32
LARGEST: Final = 262_144
NAMING: Final = ("Also", "Alias", "WantedBy", "RequiredBy", "UpheldBy")


def enabled_along(unit: str) -> dict[str, str]:
    """The other units that are enabled with it → how they are enabled now.

    Raises RequestRefused where one of them, an alias, or what will require one of them is protected, and where that is
    not known before.
    """
    found: dict[str, str] = {}
    todo = [unit]
    while todo:
        name = todo.pop()
        facts = check_unprotected(name)
        found[name] = facts.get("UnitFileState", "")
        if len(found) > MOST:
            raise RequestRefused(f"enabling {unit} would enable more than {MOST} units")
        for key, naming in (row for row in _installed(facts) if row[0] in NAMING):
            _check(unit, name, key, naming)
            todo += [naming] if key == "Also" and naming not in {*found, *todo} else []
    return {name: state for name, state in found.items() if name != unit}


def _check(unit: str, name: str, key: str, reason: str) -> None:
    """unit: which is to be enabled; name: the one whose file says it."""
    if not is_unit(reason) or "@." in reason or "\\" in unescaped(reason):
        raise RequestRefused(
            f"enabling {unit} touches {key}={reason[:80]}, of which nobody knows before what it will be"
        )
    if key == "Alias":
        protected = protected_by_name([reason], protected_patterns())
    else:
        protected = protected_by([reason], protected_patterns()) if key == "RequiredBy" else ""
    if protected:
        raise RequestRefused(f"{protected} is protected: {name} names it in {key}=")
    there = unit_facts(reason) if key == "Alias" and may_be_changed(reason) else {}
    if there.get("LoadState") == "loaded" and name not in (there.get("Id"), *listed(there.get("Names", ""))):
        raise RequestRefused(f"enabling {unit} would put {name} in the place of {reason}")


def _installed(facts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(key, word) of all that stands in the [Install] sections of the unit's file and drop-ins."""
    for place in (facts.get("FragmentPath", ""), *listed(facts.get("DropInPaths", ""))):
        if place:
            yield from installs(_read(place))


def installs(text: str) -> Iterator[tuple[str, str]]:
    """The same of one file's text (systemd.syntax(7))."""
    section, begun = "", ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith(("#", ";")):
            continue  # within a line that goes on, too
        if line.endswith("\\"):
            begun += f"{line[:-1]} "
            continue
        line, begun = f"{begun}{line}", ""
        if line.startswith("["):
            section = line
        elif section == "[Install]":
            key, _, value = line.partition("=")
            for word in value.split():
                yield key.strip(), word[1:-1] if word[0] in "\"'" and word[-1] == word[0] else word


def _read(place: str) -> str:
    try:
        with Path(place).open(errors="replace") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise RequestRefused(f"{place}: {error.strerror}") from error
    if len(text) > LARGEST:
        raise RequestRefused(f"{place} is larger than {LARGEST} bytes")
    return text


def state(unit: str) -> tuple[str, str]:
    """How PID 1 says that the unit is enabled, and whether it is active."""
    facts = unit_facts(unit)
    return facts.get("UnitFileState", ""), facts.get("ActiveState", "")
