"""All that `systemctl enable` and `disable` of a unit touch: what its [Install] section names (systemd.unit(5)).

PID 1 does not tell it, so the unit's files are read; a unit that is enabled along (Also=) is followed to its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from stillwatch.helpers.policyfile import protected_patterns
from stillwatch.helpers.request import Refused
from stillwatch.helpers.unit_state import asked, check_unprotected
from stillwatch.unit.names import listed
from stillwatch.unit.protected import protected_by_name

MOST: Final = 32
LARGEST: Final = 262_144


def enabled_along(unit: str) -> dict[str, str]:
    """The other units that are enabled with it → how they are enabled now.

    Raises Refused where one of them, an alias, or what will require one of them is protected, and where that is not
    known before.
    """
    found: dict[str, str] = {}
    todo = [unit]
    while todo:
        name = todo.pop()
        facts = check_unprotected(name)
        found[name] = facts.get("UnitFileState", "")
        if len(found) > MOST:
            raise Refused(f"enabling {unit} would enable more than {MOST} units")
        for key, said in _installed(facts):
            _check(unit, key, said)
            todo += [said] if key == "Also" and said not in {*found, *todo} else []
    return {name: state for name, state in found.items() if name != unit}


def _check(unit: str, key: str, said: str) -> None:
    if "%" in said or "@." in said:
        raise Refused(f"enabling {unit} touches {key}={said[:80]}, of which nobody knows before what it will be")
    if protected := protected_by_name([said], protected_patterns()) if key in ("Alias", "RequiredBy") else "":
        raise Refused(f"{protected} is protected: {unit} names it in {key}=")


def _installed(facts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(key, word) of all that stands in the [Install] sections of the unit's file and drop-ins."""
    for place in (facts.get("FragmentPath", ""), *listed(facts.get("DropInPaths", ""))):
        if place:
            yield from installs(_read(place))


def installs(text: str) -> Iterator[tuple[str, str]]:
    """The same of one file's text (systemd.syntax(7))."""
    section = ""
    for line in text.replace("\\\n", " ").splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line
        elif section == "[Install]" and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            for word in value.split():
                yield key.strip(), word.strip("\"'")


def _read(place: str) -> str:
    try:
        with Path(place).open(errors="replace") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused(f"{place}: {error.strerror}") from error
    if len(text) > LARGEST:
        raise Refused(f"{place} is larger than {LARGEST} bytes")
    return text


def state(unit: str) -> tuple[str, str]:
    """How PID 1 says that the unit is enabled, and whether it is active."""
    facts = asked(unit)
    return facts.get("UnitFileState", ""), facts.get("ActiveState", "")
