"""What is watched, in a few words for whoever asks what "all is well" rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stillwatch.records.event import Event
from stillwatch.records.unit import UnitState

KINDS = ("service", "timer", "mount", "socket")


def watched_units(units: Iterable[UnitState]) -> str:
    """ "41 services, 6 timers, 12 mounts, 19 sockets": what PID 1 has loaded."""
    counted = Counter(unit.name.rpartition(".")[2] for unit in units)
    return ", ".join(f"{counted[kind]} {kind}{'' if counted[kind] == 1 else 's'}" for kind in KINDS if counted[kind])


def watched_readings(events: Iterable[Event]) -> str:
    """ "load, memory available, disk used of / and /home": each reading once, with the things that it was taken of."""
    things: dict[str, list[str]] = {}
    for event in events:
        things.setdefault(event.fields["metric"].replace("-", " "), []).append(event.subject)
    return ", ".join(metric + _of(places) for metric, places in things.items())


def _of(places: list[str]) -> str:
    named = [place for place in dict.fromkeys(places) if place.startswith("/")]
    return f" of {' and '.join(named)}" if 0 < len(named) < 4 else f" of {len(named)} file systems" if named else ""
