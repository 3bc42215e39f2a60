"""The same trigger seen twice is one trigger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from stillwatch.records.event import Event
from stillwatch.records.trigger import Trigger
from stillwatch.unit.names import of_all_connections

_MOST_EVENTS = 6


Mark = tuple[str, str, str, str, str, bool, str]


def mark(trigger: Trigger) -> Mark:
    """What makes two triggers one: host, rule, the things it names, cause, trust and writer."""
    thing = (trigger.subject, trigger.object)
    return (trigger.host, trigger.rule, *thing, trigger.cause, trigger.trusted, writer(trigger))


def order(trigger: Trigger) -> tuple[float, float, str, str, str, int, str, str, bool, str]:
    """A total order of triggers that does not depend on the order in which they came."""
    return (
        trigger.first,
        trigger.last,
        trigger.rule,
        trigger.subject,
        trigger.cause,
        trigger.count,
        trigger.summary,
        trigger.sample,
        trigger.trusted,
        writer(trigger),
    )


def distinct(triggers: Iterable[Trigger]) -> list[Trigger]:
    """One trigger for each host, rule, subject, cause and writer, with the times and counts of all its sightings."""
    merged: dict[Mark, Trigger] = {}
    for trigger in sorted(triggers, key=order):
        key = mark(trigger)
        merged[key] = _join(merged[key], trigger) if key in merged else trigger
    return list(merged.values())


def writer(trigger: Trigger) -> str:
    """The unit that journald itself saw writing (never a name out of the text); "" where nobody knows, as in a file."""
    wrote = next((unit for event in trigger.events if (unit := event.fields.get("systemd_unit", ""))), "")
    return of_all_connections(wrote)


def _join(one: Trigger, two: Trigger) -> Trigger:
    """two comes later. Spans that overlap tell of the same events; only spans apart add up.

    What began at the same moment and is more by now is the same thing told anew: an attack that goes on.
    """
    grew = two.first == one.first and two.count > one.count
    apart = two.first > one.last
    return replace(
        one,
        summary=two.summary if grew else one.summary,
        severity=max(one.severity, two.severity),
        count=one.count + two.count if apart else max(one.count, two.count),
        last=max(one.last, two.last),
        fields={**one.fields, **two.fields},
        events=_events(one, two),
    )


def _events(one: Trigger, two: Trigger) -> tuple[Event, ...]:
    """The first and the last of both, each once."""
    every = [*one.events, *(event for event in two.events if event not in one.events)]
    every.sort(key=lambda event: (event.at, event.cursor, event.text))
    half = _MOST_EVENTS // 2
    return tuple(every if len(every) <= _MOST_EVENTS else [*every[:half], *every[-half:]])
