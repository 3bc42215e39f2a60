"""In log text, where nothing is a unit: whom a failed connection was for, and what one program says at once."""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from stillwatch.records.incident import Incident
from stillwatch.triage.merge import mark
from stillwatch.triage.precedence import CONSEQUENCES, DEPENDENT, SYMPTOMS, UNIT_FAILURE, family
from stillwatch.triage.sighting import Sighting
from stillwatch.triage.things import STORAGE, Arrow
from stillwatch.unit.facts import without_times
from stillwatch.unit.names import is_unit
from stillwatch.unit.programs import NOBODYS, SERVERS, speaks_for

AT_ONCE = 300.0
"""Seconds between a failed connection and the failure of whom it was for."""

_PORT = re.compile(r"(?::|\bport )(\d{2,5})(?![\d:])")
_WORDS = re.compile(r"[a-z]+")
_NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
_TARGET = re.compile(
    r"\[?(?P<host>[^\]:/,' ]+(?::[^\]:/,' ]*)*?)\]?(?:(?::| port |, port |', port=)(?P<port>\d{1,5}))?"
)


def from_one_program(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """What a program of no unit says of its failure follows from the one reason that it tells at that time."""
    by_program: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
    names = {sighting.subject for sighting in sightings}
    for sighting in sightings:
        if sighting.from_log and not sighting.unit and sighting.subject not in NOBODYS:
            by_program[sighting.trigger.host, _short(sighting, names)].append(sighting)
    for theirs in by_program.values():
        reasons = {sighting.node: sighting for sighting in theirs if _is_reason(sighting)}
        for other in theirs:
            near = [node for node, reason in reasons.items() if _near(other, reason)]
            if other.node not in reasons and other.trigger.cause in CONSEQUENCES and len(near) == 1:
                yield other.node, near[0]


def from_nameless(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """What a line says that names nobody is of the one fault of that kind that is known by name."""
    in_logs = [sighting for sighting in sightings if sighting.from_log]
    for nameless in (sighting for sighting in in_logs if not sighting.trigger.subject):
        cause = nameless.trigger.cause
        named = [other for other in in_logs if other.trigger.subject and other.trigger.cause == cause]
        nodes = {other.node for other in named if _near(nameless, other)}
        if len(nodes) == 1 and cause not in STORAGE:
            yield nameless.node, nodes.pop()


def from_own_logins(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """A server tells of log-ins that fail from this very machine: those of the unit whose password is refused."""
    refused = [s for s in sightings if s.unit and s.trigger.cause == "wrong-credentials" and s.trigger.object]
    for server in (sighting for sighting in sightings if sighting.trigger.cause == "login-failed"):
        tried = server.trigger.fields.get("users", "").split(", ")
        theirs = [s for s in refused if s.trigger.object in tried and _near(server, s)]
        nodes = {s.node for s in theirs if s.unit == server.unit} or {s.node for s in theirs}
        if len(nodes) == 1:
            yield server.node, nodes.pop()


def from_one_circle(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """PID 1 leaves out another unit of the same circle each time that one of them is to be started."""
    left_out = sorted((s for s in sightings if s.trigger.cause == "ordering-cycle"), key=lambda s: s.trigger.first)
    yield from ((other.node, left_out[0].node) for other in left_out[1:] if _near(other, left_out[0]))


def from_sufferers(sightings: Sequence[Sighting], known: Sequence[Incident]) -> Iterator[Arrow]:
    """Of what a look has shown to suffer from an incident, all that is said follows from it, but for another reason."""
    nodes = {mark(sighting.trigger): sighting.node for sighting in sightings}
    with_reasons = {s.unit for s in sightings if s.trigger.cause not in SYMPTOMS | DEPENDENT and not s.hearsay}
    for incident in (one for one in known if one.triggers and one.sufferers):
        root = nodes.get(mark(incident.triggers[0]))
        theirs = [s for s in sightings if s.unit in incident.sufferers and s.unit not in with_reasons]
        yield from ((s.node, root) for s in theirs if root is not None and s.node != root)


def _short(sighting: Sighting, names: Collection[str]) -> str:
    """Docker calls `shop-db-1` what the lines of compose call `db-1`."""
    name = sighting.subject
    short = [other for other in names if len(other) > 2 and name.endswith((f"-{other}", f"_{other}"))]
    return min(short, key=len, default=name)


def _is_reason(sighting: Sighting) -> bool:
    """Log-ins, floods and damaged disks are no reason for what the program says of itself."""
    cause = sighting.trigger.cause
    return cause not in CONSEQUENCES | STORAGE and family(cause) not in ("brute-force", "log-flood")


def from_targets(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """A connection that failed, and the one failing program or unit that serves it."""
    failing = [sighting for sighting in sightings if _fails(sighting)]
    for sighting in sightings:
        if sighting.trigger.cause not in DEPENDENT or not sighting.from_log:
            continue
        near = [other for other in failing if other.node != sighting.node and _near(sighting, other)]
        served = {other.node for other in near if _serves(other.subject, sighting)} or _the_one_that_ended(
            sighting, near
        )
        if len(served) == 1:
            yield sighting.node, served.pop()


def from_refusals(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """What a client passes on of its server's words follows from what that server says itself: by the same rule."""
    for sighting in sightings:
        ports = set(_PORT.findall(without_times(sighting.trigger.sample[:2000])))
        if not sighting.unit or not ports:
            continue
        nodes = {
            other.node
            for other in sightings
            if other.trigger.rule == sighting.trigger.rule
            and other.node != sighting.node
            and _near(sighting, other)
            and any(piece in other.subject.lower() for port in ports for piece in SERVERS.get(port, ()))
        }
        if len(nodes) == 1:
            yield sighting.node, nodes.pop()


def from_named_servers(sightings: Sequence[Sighting]) -> Iterator[Arrow]:
    """A client names the program that refuses it, as its rule knows: what that program says itself is the reason."""
    for sighting in sightings:
        server = sighting.trigger.object
        if not sighting.unit or sighting.trigger.cause not in DEPENDENT or not _NAME.fullmatch(server):
            continue
        nodes = {
            other.node
            for other in sightings
            if other.unit not in ("", sighting.unit)
            and other.trigger.cause not in DEPENDENT
            and speaks_for(server, other.unit)
            and _near(sighting, other)
        }
        if len(nodes) == 1:
            yield sighting.node, nodes.pop()


def _fails(sighting: Sighting) -> bool:
    return sighting.node.startswith(f"{UNIT_FAILURE} ") and sighting.trigger.cause not in DEPENDENT


def _near(one: Sighting, two: Sighting) -> bool:
    first, second = one.trigger, two.trigger
    close = first.first <= second.last + AT_ONCE and second.first <= first.last + AT_ONCE
    return close and first.host == second.host


def _target(sighting: Sighting) -> tuple[str, str]:
    """Host and port of a connection, or the path of a socket and ""."""
    target = sighting.trigger.fields.get("target", "")
    if "/" in target:
        return target, ""
    found = _TARGET.match(target)
    if found is None:
        return "", ""
    ports = set(_PORT.findall(without_times(sighting.trigger.sample[:2000])))
    known = found["port"] or sighting.trigger.fields.get("port", "")
    return found["host"], known or (ports.pop() if len(ports) == 1 else "")


def _serves(subject: str, sighting: Sighting) -> bool:
    host, port = _target(sighting)
    name = subject.removesuffix(".service").lower()
    if "/" in host:
        words = set(_WORDS.findall(host.rpartition("/")[2].removesuffix(".sock").lower()))
        return bool(words) and words <= set(_WORDS.findall(name))
    if _is_address(host):
        return any(piece in name for piece in SERVERS.get(port, ()))
    return host.lower() in (name, *re.split(r"[-_.]", name))


def _the_one_that_ended(sighting: Sighting, near: Sequence[Sighting]) -> set[str]:
    """At an address of this machine's containers nobody listens: of which container Docker told the end at that time.

    Units are asked by their ports (links.py): that one ended, too, is no reason.
    """
    host, port = _target(sighting)
    if port in SERVERS or not _is_address(host) or not _is_of_containers(host):
        return set()
    ended = [other for other in near if other.trigger.cause in SYMPTOMS and other.trigger.cause]
    return {other.node for other in ended if not is_unit(other.subject)}


def _is_of_containers(host: str) -> bool:
    address = ipaddress.ip_address(host)
    return address.is_private and not address.is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
