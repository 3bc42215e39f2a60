"""What was mended: a later line that says that the same thing is well again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from stillwatch.records.trigger import Trigger
from stillwatch.triage.sighting import Sighting
from stillwatch.triage.things import Arrow


def mended_at(trigger: Trigger, others: Iterable[Trigger]) -> float | None:
    """When a rule that mends this one spoke of the same thing, not before it was last seen; None if none did."""
    times = [other.last for other in others if other.last >= trigger.last and mends(other, trigger)]
    return max(times, default=None)


def mends(mender: Trigger, trigger: Trigger) -> bool:
    """Whether the one says that what the other told is over: by its rule's own word, on one host, of one thing."""
    if mender.host != trigger.host or not any(fnmatchcase(trigger.rule, name) for name in mender.mends):
        return False
    return bool(_things(mender) & _things(trigger))


def from_recovery(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """What mends a thing belongs to the incident of what it mends."""
    menders = [sighting for sighting in sightings if sighting.trigger.mends]
    for mender in menders:
        for sighting in sightings:
            if sighting.trigger.last <= mender.trigger.last and mends(mender.trigger, sighting.trigger):
                yield mender.node, sighting.node


def _things(trigger: Trigger) -> frozenset[str]:
    return frozenset(filter(None, (trigger.subject, trigger.object)))
