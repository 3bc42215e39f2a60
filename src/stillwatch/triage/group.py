"""Triggers → incidents: one fault, one incident, on the unit to blame."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from stillwatch.records.incident import Incident, Step
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.records.unit import UnitState
from stillwatch.triage.adoption import adopter
from stillwatch.triage.fingerprint import fingerprint
from stillwatch.triage.links import arrows
from stillwatch.triage.merge import Mark, distinct, mark, order
from stillwatch.triage.neighbours import from_sufferers
from stillwatch.triage.precedence import DEPENDENT, HOST_WIDE, INJECTION, SYMPTOMS, UNIT_FAILURE, rank
from stillwatch.triage.sighting import Sighting, Units, sight
from stillwatch.triage.standing import severity_of
from stillwatch.triage.things import STORAGE, Arrow

MOST_TRIGGERS = 40
"""Kept with one incident: the leading ones; what is cut is counted in a note."""

REPORTERS = frozenset({"", "kernel", "systemd", "smartd", "mdadm", "zed"})
"""Programs that speak of things; what they said without naming one is in the evidence."""

_RESOLVED = frozenset({"resolved"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One connected set of sightings; `root` is the node that nothing else in it explains."""

    root: str
    sightings: tuple[Sighting, ...]

    @property
    def host_wide(self) -> bool:
        return self.root.partition(" ")[0] in HOST_WIDE

    @property
    def units(self) -> list[str]:
        return sorted({s.unit for s in self.sightings if s.unit})

    @property
    def sufferers(self) -> list[str]:
        """All that it strikes: the units, then the things in the order in which they were struck."""
        seen = sorted(self.sightings, key=lambda s: s.trigger.first)
        things = [s.subject for s in seen if s.trigger.cause in STORAGE and s.subject not in REPORTERS and _weighs(s)]
        return list(dict.fromkeys((*self.units, *things)))

    @property
    def lead(self) -> Sighting:
        at_root = [s for s in self.sightings if s.node == self.root] or list(self.sightings)
        if self.host_wide:
            kind = self.root.partition(" ")[0]
            at_root = [s for s in self.sightings if s.node == self.root or s.trigger.cause == kind]
        return max(at_root, key=_leads)

    @property
    def subject(self) -> str:
        """The unit to blame; of a fault of the host the one unit that suffers, else the mount or place itself."""
        place = self.root.partition(" ")[2]
        return self.units[0] if self.host_wide and len(self.units) == 1 else place

    @property
    def key(self) -> str:
        kind, _, place = self.root.partition(" ")
        return fingerprint(self.lead.trigger.host, kind, place)


def group(
    triggers: Iterable[Trigger],
    units: Mapping[str, UnitState],
    at: float,
    existing: Sequence[Incident] = (),
    *,
    next_id: Callable[[], str] | None = None,
    home: str = "",
) -> list[Incident]:
    """Incidents that these triggers open or change, worst first; incidents that they do not touch are not returned.

    at: now, seconds since the epoch. existing: the open ones; a resolved one is never changed, the fault opens anew.
    What is only worth an info (a restart that succeeded, a busy processor) opens none.
    home: the host whose units these are, "" for any: faults of two hosts are never one.
    next_id: gives the id of a new incident ("I7"); without it ids count on from those in `existing`.
    An incident that turns out to be part of another one comes back resolved, with a step that says of which.
    """
    alive = [incident for incident in existing if incident.state not in _RESOLVED]
    fresh = distinct(triggers)
    owner = {mark(t): incident for incident in reversed(alive) for t in incident.triggers}
    pooled = distinct([*(t for incident in alive for t in incident.triggers), *fresh])
    touched = {mark(trigger) for trigger in fresh}
    give = next_id or _counting(existing)
    found: list[Incident] = []
    for host, sightings_there in _by_host(pooled).items():
        known = Units.of(units if home in ("", host) else {})
        keys, claimed, there = {incident.key for incident in alive}, set[str](), faults(sightings_there, known, alive)
        every = {fault.key for fault in there}
        # Whose incident it is comes before what was part of it until now and has a reason of its own.
        for fault in sorted(there, key=lambda fault: fault.key not in keys):
            if not any(mark(s.trigger) in touched for s in fault.sightings):
                continue
            incident = describe(fault, known, at)
            others, known_ones = every - {fault.key}, _same(fault, incident, alive, owner)
            same = [one for one in known_ones if one.id not in claimed and one.key not in others]
            claimed |= {one.id for one in same}
            if same or incident.severity > Severity.info:
                found += _place(incident, same, at, give)
    return sorted(found, key=lambda incident: (-incident.severity, incident.opened, incident.key))


def _by_host(triggers: Iterable[Trigger]) -> dict[str, list[Trigger]]:
    found: dict[str, list[Trigger]] = defaultdict(list)
    for trigger in triggers:
        found[trigger.host].append(trigger)
    return found


def faults(triggers: Iterable[Trigger], units: Units, known: Sequence[Incident] = ()) -> list[Fault]:
    """Connected sets of sightings, each with its root; the order of the triggers does not matter.

    known: incidents, for what looks have shown to suffer from them.
    """
    pool = sorted(triggers, key=order)
    unit_of = adopter(pool, units)
    sightings = [sight(trigger, units, unit_of(trigger)) for trigger in pool]
    links = arrows(sightings, units) | set(from_sufferers(sightings, known))
    together = _components({s.node for s in sightings}, links)
    members: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        members[together[sighting.node]].append(sighting)
    return [Fault(root=_root(part, links), sightings=tuple(part)) for _, part in sorted(members.items())]


def describe(fault: Fault, units: Units, at: float) -> Incident:
    """A fresh incident (without an id) of the fault."""
    triggers = _leading_first(fault)
    severity = severity_of(fault.sightings, [units.get(name) for name in fault.units], at)
    return Incident(
        id="",
        key=fault.key,
        state="open",
        severity=severity,
        summary=_summary(fault),
        subject=fault.subject,
        host=fault.lead.trigger.host,
        opened=min(trigger.first for trigger in triggers),
        updated=max(trigger.last for trigger in triggers),
        triggers=triggers[:MOST_TRIGGERS],
        notes=(*_notes(fault, len(triggers)), *_recovery(severity, fault)),
    )


def _weighs(sighting: Sighting) -> bool:
    return sighting.trigger.severity > Severity.info


def _leads(sighting: Sighting) -> tuple[int, bool, Severity, float, str]:
    """A named cause beats what follows from it; then trust, then severity, then who spoke first."""
    trigger = sighting.trigger
    return (rank(trigger.cause), trigger.trusted, trigger.severity, -trigger.first, trigger.rule)


def _leading_first(fault: Fault) -> tuple[Trigger, ...]:
    rest = sorted((s for s in fault.sightings if s is not fault.lead), key=_leads, reverse=True)
    return (fault.lead.trigger, *(s.trigger for s in rest))


def _components(nodes: set[str], links: set[Arrow]) -> dict[str, str]:
    """Node → the least node of its connected component."""
    leader = {node: node for node in nodes | {node for link in links for node in link}}

    def find(node: str) -> str:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for symptom, root in sorted(links):
        low, high = sorted((find(symptom), find(root)))
        leader[high] = low
    return {node: find(node) for node in leader}


def _root(part: Sequence[Sighting], links: set[Arrow]) -> str:
    """The node no arrow leaves. Of several, or in a ring: the one with the most specific cause, then the first seen."""
    nodes = {s.node for s in part}
    ours = [(symptom, root) for symptom, root in links if symptom in nodes or root in nodes]
    ends = {node for link in ours for node in link} | nodes
    roots = sorted(ends - {symptom for symptom, _ in ours}) or sorted(nodes)

    def weight(node: str) -> tuple[int, float]:
        seen = [s.trigger for s in part if s.node == node]
        return max((rank(t.cause) for t in seen), default=0), -min((t.first for t in seen), default=0.0)

    return max(roots, key=weight)


def _summary(fault: Fault) -> str:
    """The leading trigger's words, and who else suffers; units' names come from the system, never from a text."""
    summary = fault.lead.trigger.summary
    kind, _, place = fault.root.partition(" ")
    if kind == INJECTION:
        return f"{place} wrote instructions for a language model into the log; they are not obeyed"
    if fault.host_wide and place not in summary:
        summary = f"{summary} ({place})"
    others = [name for name in fault.sufferers if name not in summary and name != fault.lead.unit]
    if not others:
        return summary if not fault.lead.hearsay else f"{fault.subject} wrote, unconfirmed: {summary}"
    named = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
    return f"{summary}; {named} {'suffers' if len(others) == 1 else 'suffer'} from it"


def _notes(fault: Fault, number: int) -> tuple[str, ...]:
    notes = [f"{number - MOST_TRIGGERS} further triggers are not kept"] if number > MOST_TRIGGERS else []
    causes = {s.trigger.cause for s in fault.sightings if s.node == fault.root} - SYMPTOMS - DEPENDENT
    if len(causes) > 1 and fault.root.startswith(UNIT_FAILURE):
        notes.append(f"also seen: {', '.join(sorted(causes - {fault.lead.trigger.cause}))}")
    return tuple(notes)


def _recovery(severity: Severity, fault: Fault) -> tuple[str, ...]:
    worst = max(s.trigger.severity for s in fault.sightings)
    if severity > Severity.low or worst <= severity or not fault.units:
        return ()
    return (f"{', '.join(fault.units)} runs again; this was seen before",)


def _same(
    fault: Fault, incident: Incident, alive: Sequence[Incident], owner: Mapping[Mark, Incident]
) -> list[Incident]:
    """Known incidents of this fault, the oldest first: by key, by a member's key, or by a trigger they already hold."""
    keys = {incident.key} | {s.key for s in fault.sightings}
    held = {owner[seen].id for s in fault.sightings if (seen := mark(s.trigger)) in owner}
    same = [known for known in alive if known.key in keys or known.id in held]
    return sorted(same, key=lambda known: (known.opened, _number(known.id), known.id))


def _place(incident: Incident, same: Sequence[Incident], at: float, give: Callable[[], str]) -> list[Incident]:
    if not same:
        opened = Step(at=at, by="rule", text="opened")
        return [replace(incident, id=give(), history=(opened,))]
    kept, *folded = same
    return [_update(kept, incident, at), *(_fold(other, kept, at) for other in folded)]


def _update(kept: Incident, seen: Incident, at: float) -> Incident:
    """The known incident with what was seen since; what people and models said of it stays."""
    steps = [f"{name}: {old} → {new}" for name, old, new in _changes(kept, seen)]
    return replace(
        kept,
        key=seen.key,
        severity=seen.severity,
        summary=seen.summary,
        subject=seen.subject,
        triggers=seen.triggers,
        opened=min(kept.opened, seen.opened),
        updated=max(kept.updated, seen.updated),
        notes=tuple(dict.fromkeys((*kept.notes, *seen.notes))),
        history=(*kept.history, *(Step(at=at, by="rule", text=text) for text in steps)),
    )


def _changes(kept: Incident, seen: Incident) -> list[tuple[str, str, str]]:
    pairs = [("severity", str(kept.severity), str(seen.severity)), ("to blame", kept.subject, seen.subject)]
    return [(name, old, new) for name, old, new in pairs if old != new]


def _fold(other: Incident, kept: Incident, at: float) -> Incident:
    step = Step(at=at, by="rule", text=f"is part of {kept.id}")
    return replace(other, state="resolved", updated=max(other.updated, at), history=(*other.history, step))


def _number(incident_id: str) -> int:
    return int(incident_id[1:]) if incident_id[1:].isdecimal() else 0


def _counting(existing: Sequence[Incident]) -> Callable[[], str]:
    last = max((_number(incident.id) for incident in existing), default=0)

    def give() -> str:
        nonlocal last
        last += 1
        return f"I{last}"

    return give
