"""What strikes several at once: the resolver, the memory, a damaged file system, the kernel's word about a process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stillwatch.triage.precedence import UNIT_FAILURE
from stillwatch.triage.sighting import Sighting
from stillwatch.triage.things import Arrow
from stillwatch.unit.programs import SERVERS

SAME_TIME = 300.0
"""Seconds within which two faults of the same kind are taken for one."""
SAME_MOMENT = 15.0
"""Seconds between the kernel's line about a process and PID 1's about its unit."""
MANY = 3
"""So many programs whose names all do not exist in the same minutes have a resolver that answers so."""

READ_ONLY = "read-only"
"""The rule for a program that finds a file system read-only."""

_NO_SUCH_NAME = re.compile(r"name or service not known|nodename nor servname|no such host|ENOTFOUND|NXDOMAIN", re.I)
_OWN_ADDRESS = re.compile(r"(?<![\w.])(?:127(?:\.\d{1,3}){3}|::1|localhost)(?![\w.-]*\w\.)")
_LOGGERS = ("systemd-journald.", "systemd-journald@", "rsyslog.", "syslog-ng.")
_PLACE_OF_NAMES = "name-resolution /etc/resolv.conf"


def near(one: Sighting, other: Sighting, within: float = SAME_TIME) -> bool:
    return one.trigger.first <= other.trigger.last + within and other.trigger.first <= one.trigger.last + within


def from_names(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """All that get no answer from the resolver at that time suffer from it.

    An answer that there is no such name is about that name: of one program, or of two, it is their own.
    """
    lost = [s for s in sightings if s.trigger.cause == "name-resolution"]
    unanswered = [s for s in lost if not _NO_SUCH_NAME.search(s.trigger.sample[:2000])]
    for sighting in lost:
        lost_too = {other.node for other in lost if near(sighting, other)}
        by_resolver = {other.node for other in unanswered if near(sighting, other)}
        if len(lost_too) > 1 and (by_resolver or len(lost_too) >= MANY):
            yield sighting.node, _PLACE_OF_NAMES


def from_name_servers(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """Whoever asks this very machine for names and gets none suffers from its one name server that does not run."""
    down = [s for s in sightings if s.trigger.trusted and s.unit and s.node.startswith(f"{UNIT_FAILURE} ")]
    servers = [s for s in down if any(piece in s.unit for piece in SERVERS["53"])]
    for lost in (s for s in sightings if s.trigger.cause == "name-resolution"):
        nodes = {server.node for server in servers if near(lost, server)}
        if len(nodes) == 1 and _OWN_ADDRESS.search(lost.trigger.sample[:2000]):
            yield lost.node, nodes.pop()


def from_flood(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """Whoever keeps the logs is busy because of the one unit that floods them."""
    floods = {s.node for s in sightings if s.trigger.cause == "log-flood" and s.unit}
    for busy in (s for s in sightings if s.trigger.cause == "cpu-hog" and s.unit.startswith(_LOGGERS)):
        if len(floods) == 1:
            yield busy.node, next(iter(floods))


def from_memory(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """Host-wide pressure and the one unit that was killed for it at the same time are one fault, that unit's."""
    pressure = [s for s in sightings if s.trigger.cause == "memory-pressure" and not s.unit]
    for short in pressure:
        killed = sorted({s.node for s in sightings if s.trigger.cause == "oom" and near(s, short)})
        if len(killed) == 1:
            yield short.node, killed[0]
        else:
            yield from ((node, short.node) for node in killed)


def from_damage(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """Where log text alone is there, no mounts: programs find read-only what the kernel has just shut for its damage.

    Only where the kernel spoke of one file system: of two nobody knows which one a program means.
    """
    damaged = [s for s in sightings if s.trigger.cause == "filesystem-error" and _is_kernels(s)]
    if len({s.node for s in damaged}) == 1:
        for sighting in sightings:
            shut = sighting.from_log and sighting.trigger.rule == READ_ONLY and not _is_kernels(sighting)
            if shut and any(0 <= sighting.trigger.first - s.trigger.first <= SAME_TIME for s in damaged):
                yield sighting.node, damaged[0].node


def from_kernel(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """What the kernel says of a process is about the unit that died of the same cause in the same seconds."""
    for reported in sightings:
        if reported.unit or not _is_kernels(reported) or reported.trigger.cause not in ("oom", "crash"):
            continue
        struck = {
            s.node
            for s in sightings
            if s.unit and s.trigger.cause == reported.trigger.cause and near(s, reported, SAME_MOMENT)
        }
        if len(struck) == 1:
            yield reported.node, struck.pop()


def _is_kernels(sighting: Sighting) -> bool:
    """Said by the kernel, of a process or thing; in a file the program's name is all that tells."""
    spoke = sighting.trigger.events[0].subject if sighting.trigger.events else sighting.subject
    return sighting.trigger.trusted or (sighting.from_log and "kernel" in (spoke, sighting.subject))
