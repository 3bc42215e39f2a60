"""A trigger with whom it may speak of: a unit by PID 1's or the kernel's word, or only the one who wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.triage.fingerprint import fingerprint
from stillwatch.triage.merge import writer
from stillwatch.triage.precedence import HOST_WIDE, INJECTION, UNIT_FAILURE, family
from stillwatch.unit.names import is_unit
from stillwatch.unit.programs import speaks_for

_OF_A_PERSON = re.compile(r"session-.*\.scope|user@\d+\.service|user-\d+\.slice|run-.*\.scope|app-.*\.scope")

_SYSTEMD = frozenset(
    folder + name for folder in ("/usr/lib/systemd/", "/lib/systemd/") for name in ("systemd", "systemd-executor")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """node: what it hangs on ("unit-failure shop-api.service", "disk-full /data"); unit: the unit it strikes, or "".

    hearsay: text whose writer is not the unit it speaks of. It may be shown; it may not blame anybody.
    """

    trigger: Trigger
    subject: str
    unit: str
    node: str
    hearsay: bool = False

    @property
    def from_log(self) -> bool:
        return is_from_log(self.trigger)

    @property
    def key(self) -> str:
        return fingerprint(self.trigger.host, _keyed_cause(self), self.subject)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of the host by any of their names."""

    by_name: Mapping[str, UnitState]

    @classmethod
    def of(cls, units: Mapping[str, UnitState]) -> Units:
        by_name = {alias: unit for unit in units.values() for alias in unit.names}
        by_name |= {unit.name: unit for unit in units.values()} | dict(units)
        return cls(by_name)

    def get(self, name: str) -> UnitState | None:
        return self.by_name.get(name)

    def canonical(self, name: str) -> str:
        unit = self.by_name.get(name)
        return unit.name if unit else name

    def all(self) -> list[UnitState]:
        return sorted({id(unit): unit for unit in self.by_name.values()}.values(), key=lambda unit: unit.name)


def sight(trigger: Trigger, units: Units, owner: str = "") -> Sighting:
    """Decide whom the trigger may speak of. Untrusted journal text speaks of the unit that journald saw writing it.

    owner: the unit whose program wrote the text of a log file, where that is known (triage/adoption.py).
    """
    subject = units.canonical(owner or trigger.subject)
    wrote = units.canonical(writer(trigger))
    hearsay = not trigger.trusted and bool(wrote) and wrote != subject and is_unit(subject)
    of_a_person = not trigger.trusted and _OF_A_PERSON.fullmatch(wrote) is not None
    hearsay = hearsay or (of_a_person and not _is_roots(trigger) and not _is_of_own_systemd(trigger, wrote))
    # Its own program's name is no other thing: "postfix" of postfix@-.service.
    of_a_thing = trigger.vouched and bool(subject) and not is_unit(subject) and not speaks_for(subject, wrote)
    if wrote and not trigger.trusted and not of_a_thing:
        subject = wrote
    elif is_unvouched(trigger):
        hearsay, subject = True, _account(trigger)
    kind = INJECTION if trigger.cause == INJECTION else "hearsay" if hearsay else family(trigger.cause)
    unit = subject if is_unit(subject) and kind not in (INJECTION, "hearsay") else ""
    # A fault of the host seen in one unit's log hangs on that unit until a link shows where it comes from.
    node = f"{UNIT_FAILURE} {subject}" if unit and kind in HOST_WIDE else f"{kind} {subject}"
    return Sighting(trigger=trigger, subject=subject, unit=unit, node=node, hearsay=hearsay)


def _is_roots(trigger: Trigger) -> bool:
    """Written by root, by journald's own field: sudo speaks of whoever called it, from that person's session."""
    return bool(trigger.events) and all(event.fields.get("uid") == "0" for event in trigger.events)


def _is_of_own_systemd(trigger: Trigger, wrote: str) -> bool:
    """Written by a person's own systemd: of that person's units it may speak, which are nobody else's and no target.

    Of what ended at once the kernel no longer told what it was; such a line can be forged, and says no more than a unit
    that this person lets fail.
    """
    programs = {event.fields.get("exe", "") for event in trigger.events} - {""}
    return trigger.subject.endswith(f" of {wrote}") and programs <= _SYSTEMD


def is_unvouched(trigger: Trigger) -> bool:
    """Journal text of a process that is in no unit: what it calls itself is its own claim."""
    event = trigger.events[0] if trigger.events else None
    return (
        event is not None
        and event.source == "journal"
        and not trigger.trusted
        and "transport" in event.fields
        and not writer(trigger)
    )


def _account(trigger: Trigger) -> str:
    """Whose process it was, which the kernel told journald."""
    return next((f"user {uid}" for event in trigger.events if (uid := event.fields.get("uid", ""))), "somebody")


def is_from_log(trigger: Trigger) -> bool:
    """Read from a file: nobody vouches for who wrote it."""
    return bool(trigger.events) and trigger.events[0].source == "log"


def _keyed_cause(sighting: Sighting) -> str:
    if sighting.hearsay and sighting.trigger.cause != INJECTION:
        return "hearsay"
    return UNIT_FAILURE if sighting.node.startswith(f"{UNIT_FAILURE} ") else sighting.trigger.cause
