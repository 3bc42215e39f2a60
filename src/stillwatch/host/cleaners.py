"""Units that an administrator wrote to free space: oneshot services that name a directory and speak of cleaning it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from stillwatch.host.unit_files import installed
from stillwatch.records.unit import UnitState
from stillwatch.unit.facts import OWN_PLACES

MOST: Final = 300
CLEANING: Final = re.compile(
    r"clean|purge|prune|expire|sweep|tidy|vacuum|gc\b|garbage|rotat|trim|housekeep|retention|reap|evict|delete|remov"
    r"|unlink|tmpwatch|\brm\b|wipe|flush",
    re.IGNORECASE,
)


def own_services() -> list[str]:
    """Names of the services that this host's administrator wrote, templates left out, sorted."""
    return installed(".service", OWN_PLACES)[:MOST]


def suits(unit: UnitState, path: str) -> int:
    """How well the unit looks like the cleaner of the directory: 0 not at all; more the closer its own words come."""
    words = " ".join((unit.name, unit.description, *unit.exec_start))
    if unit.kind != "oneshot" or unit.load_state != "loaded" or not CLEANING.search(words):
        return 0
    named = [PurePosixPath(word) for word in unit.exec_start[1:] if word.startswith("/")]
    place = PurePosixPath(path)
    if place in named:
        return 4
    if any(name.is_relative_to(place) or place.is_relative_to(name) for name in named if len(name.parts) > 2):
        return 3
    stem = place.name.lower()
    return 2 if len(stem) > 3 and stem.rstrip("s") in f"{unit.name} {unit.description}".lower() else 0
