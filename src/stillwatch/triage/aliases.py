"""One thing under several names: a mount by its path and by its unit, a USB port as the hub and as the device calls it,
a server by its name, by that of its daemon or of one of its parts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from stillwatch.triage.of_the_host import near
from stillwatch.triage.precedence import DEPENDENT, SYMPTOMS, family, rank
from stillwatch.triage.sighting import Sighting
from stillwatch.triage.things import STORAGE, Arrow
from stillwatch.unit.names import unescaped

LESS = SYMPTOMS | DEPENDENT
_MOUNT = re.compile(r"(?P<path>.+)\.(?:mount|automount)")
_PORT = re.compile(r"(?:usb )?(?:usb(?P<bus>\d+)|(?P<hub>\d+-[\d.]+))-port(?P<port>\d+)")
_DEVICE = re.compile(r"(?:usb )?(?P<device>\d+-\d+(?:\.\d+)*)")
_PROGRAM = re.compile(r"(?P<core>[a-z][a-z_-]{3,40}?)(?:-server|-daemon|d)?(?:\d{1,2}\.\d{1,2})?")
_NUMBER = re.compile(r"\d{1,4}:\d{1,7}")
_PART = re.compile(r"(?P<server>[a-z][a-z0-9_-]{2,40})/[a-z][a-z0-9_-]{1,40}")


def thing(name: str) -> str:
    """The name that all names of the thing have in common: the name itself where it has no others."""
    if found := _MOUNT.fullmatch(name):
        path = found["path"].replace("-", "/") if found["path"] != "-" else ""
        return "/" + unescaped(path)
    if found := _PORT.fullmatch(name):
        return f"usb {found['bus']}-{found['port']}" if found["bus"] else f"usb {found['hub']}.{found['port']}"
    if found := _DEVICE.fullmatch(name):
        return f"usb {found['device']}"
    if found := _PART.fullmatch(name):
        return found["server"]
    found = _PROGRAM.fullmatch(name)
    return found["core"] if found else name


def from_aliases(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """What says less of a thing follows from what says more of it at that time, maybe under another of its names."""
    by_thing: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_thing[sighting.trigger.host, thing(sighting.subject)].append(sighting)
    yield from _from_numbers(sightings)
    for theirs in by_thing.values():
        if len({sighting.node for sighting in theirs}) > 1:
            ordered = sorted(theirs, key=lambda one: (-rank(one.trigger.cause), one.trigger.first, one.node))
            root = ordered[0]
            yield from ((other.node, root.node) for other in ordered[1:] if _is_one_fault(other, root))


def _from_numbers(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """The kernel knows a mapped device by its number; who watches over it, by its name: the one that has the same."""
    for numbered in (one for one in sightings if _NUMBER.fullmatch(one.subject)):
        named = {
            other.node
            for other in sightings
            if other.trigger.cause == numbered.trigger.cause
            and not _NUMBER.fullmatch(other.subject)
            and not other.unit
            and _is_near(numbered, other)
        }
        if len(named) == 1:
            yield numbered.node, named.pop()


def _is_near(one: Sighting, two: Sighting) -> bool:
    return near(one, two) and one.trigger.host == two.trigger.host


def _is_one_fault(other: Sighting, root: Sighting) -> bool:
    """Under several names, what is of one family; under one, a symptom and the damage of that thing."""
    first, second = other.trigger, root.trigger
    renamed = other.subject != root.subject and family(first.cause) == family(second.cause)
    return (
        _is_near(other, root)
        and other.node != root.node
        and (renamed or (first.cause in LESS and second.cause in STORAGE))
    )
