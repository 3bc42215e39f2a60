"""Things by their names: which partition lies on which disk, and what follows from what happens to a thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from stillwatch.triage.precedence import rank
from stillwatch.triage.sighting import Sighting

Arrow = tuple[str, str]

STORAGE = frozenset({"hardware", "device-missing", "redundancy-lost", "filesystem-error"})
"""Causes that strike a disk and all that lies on it."""
OF_A_THING = STORAGE | {"mount-missing", "quorum-lost"}
"""Causes whose object is what is to blame, whoever complains of it."""
SAME_DISK = 3600.0
"""Seconds within which what is said of a disk and of its partitions is one fault."""

_DISK = re.compile(
    r"(?:/dev/)?(?P<disk>(?:sd|vd|xvd|hd)[a-z]{1,4}|nvme\d+|mmcblk\d+|dasd[a-z]{1,3}|sr\d+)(?:c\d+)?(?:n\d+)?(?:p?\d+)?"
)
_OF_A_DISK = re.compile(r"(?:jbd2|xfsaild|xfs-[a-z]+|kjournald\d*|f2fs_[a-z]+|ext4lazyinit|btrfs-[a-z]+)/")
"""The kernel's own tasks for one disk: "jbd2/sda1-8"."""
_NAMING_FIELDS = ("device", "disk", "part", "member")


def disk_of(name: str) -> str:
    """The disk that a name means or lies on: "sda" of "/dev/sda1", "nvme0" of "nvme0n1p2"; "" of all others."""
    found = _DISK.fullmatch(name)
    return found["disk"] if found else ""


def disks_of(sighting: Sighting) -> frozenset[str]:
    """The disks that a sighting names: as its subject, as the culprit, or in a field."""
    trigger = sighting.trigger
    subject = sighting.subject.partition("/")[2].partition("-")[0] if _OF_A_DISK.match(sighting.subject) else ""
    fields = (trigger.fields.get(field, "") for field in _NAMING_FIELDS)
    named = [sighting.subject, subject, trigger.object, *fields]
    return frozenset(filter(None, map(disk_of, named)))


def from_things(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """Consequences by the rules' own word, damage of one disk told under several names, one thing told by several."""
    linked = {(s.node, cause.node) for s in sightings for cause in _followed(s, sightings)}
    yield from linked
    by_name = (*_on_one_disk(sightings), *_of_one_thing(sightings))
    yield from ((one, two) for one, two in by_name if (two, one) not in linked)


def _followed(sighting: Sighting, sightings: Sequence[Sighting]) -> list[Sighting]:
    """What it is a consequence of: what strikes the same disk, else the nearest that does not strike another one."""
    wanted = sighting.trigger.follows
    causes = [other for other in sightings if _is_meant(other, wanted) and _within(sighting, other)] if wanted else []
    # Of several that one rule tells, the first is what the others follow from.
    causes = [
        other for other in causes if other.trigger.rule != sighting.trigger.rule or _first(other) < _first(sighting)
    ]
    if any(other.node == sighting.node for other in causes):
        return []
    disks = disks_of(sighting)
    if kin := [other for other in causes if disks & disks_of(other)]:
        return kin
    possible = [other for other in causes if not (disks and disks_of(other))]
    return [min(possible, key=lambda other: _distance(sighting, other))] if possible else []


def _is_meant(other: Sighting, wanted: Sequence[str]) -> bool:
    return any(fnmatchcase(other.trigger.rule, name) for name in wanted)


def _within(sighting: Sighting, other: Sighting) -> bool:
    one, two = sighting.trigger, other.trigger
    window = one.window
    return (
        other is not sighting
        and one.host == two.host
        and one.first <= two.last + window
        and two.first <= one.last + window
    )


def _first(sighting: Sighting) -> tuple[float, str]:
    return sighting.trigger.first, sighting.node


def _distance(sighting: Sighting, other: Sighting) -> tuple[bool, bool, float, str]:
    """What came before is more likely the cause than what came after, and what may as well follow from it less so."""
    apart = sighting.trigger.first - other.trigger.first
    return (_is_meant(sighting, other.trigger.follows), apart < 0, abs(apart), other.node)


def _on_one_disk(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    damaged = [sighting for sighting in sightings if sighting.trigger.cause in STORAGE and not sighting.unit]
    for one in damaged:
        for two in damaged:
            if rank(one.trigger.cause) > rank(two.trigger.cause) or one.node == two.node:
                continue
            same_kind = one.trigger.cause == two.trigger.cause
            if same_kind and len(two.subject) >= len(one.subject):  # the disk is the root, not its partition
                continue
            if disks_of(one) & disks_of(two) and _near(one, two):
                yield one.node, two.node


def _of_one_thing(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """Who tells later, by the same rule, that the same thing fails, suffers from what the first one told."""
    first: dict[tuple[str, str], Sighting] = {}
    for sighting in sorted(sightings, key=lambda one: (one.trigger.first, one.node)):
        trigger = sighting.trigger
        if trigger.object and trigger.cause in OF_A_THING and not sighting.unit:
            earlier = first.setdefault((trigger.rule, trigger.object), sighting)
            if _near(sighting, earlier) and sighting.node != earlier.node:
                yield sighting.node, earlier.node


def _near(one: Sighting, two: Sighting) -> bool:
    first, second = one.trigger, two.trigger
    close = first.first <= second.last + SAME_DISK and second.first <= first.last + SAME_DISK
    return close and first.host == second.host
