"""Triggers wait, are folded into incidents and saved. Bounded and linear; the long part of it is off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from types import MappingProxyType

from stillwatch.ports import Clock
from stillwatch.records.incident import Incident, Step
from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.store.store import Store
from stillwatch.triage.group import group
from stillwatch.triage.mute import apply_mutes

WAITING_TRIGGERS = 5_000
AT_ONCE = 500
"""Triggers that are folded in one go; the others wait for the next one."""
MOST_OPEN = 1_000
"""Incidents that are open at a time; beyond it the least trusted and least severe are only counted."""
FEW = 100
"""Triggers and incidents together that are folded sooner than a thread is started."""
TRIES = 3
NOWHERE: Mapping[str, str] = MappingProxyType({})
_NEW = "new"


@dataclass(frozen=True, slots=True)
class Folded:
    """found: incidents that were opened or changed; before: those that were open, by id."""

    found: list[Incident]
    before: Mapping[str, Incident]


@dataclass(frozen=True, slots=True)
class _Taken:
    """places: up to where each source is dealt with once these are saved (R31); none while others wait."""

    triggers: list[Trigger]
    places: Mapping[str, str]


@dataclass(kw_only=True)
class Digest:
    """dropped: lines whose trigger or incident found no room; home: the host whose units are known, "" for any."""

    store: Store
    clock: Clock
    home: str = ""
    pending: list[Trigger] = field(default_factory=list)
    dropped: int = 0
    _places: dict[str, str] = field(default_factory=dict)

    def hear(self, triggers: Sequence[Trigger], places: Mapping[str, str] = NOWHERE) -> None:
        """Take in triggers. places: of the last lines that they were made of, by source."""
        self._places |= places
        self.pending += triggers
        if len(self.pending) > WAITING_TRIGGERS:
            self.pending.sort(key=_dearness, reverse=True)
            self.dropped += sum(trigger.count for trigger in self.pending[WAITING_TRIGGERS:])
            del self.pending[WAITING_TRIGGERS:]

    def fold_now(self, units: Mapping[str, UnitState]) -> Folded:
        """The incidents that what is pending opens or changes, saved in one transaction with the place in the journal
        that they came from. Where that fails all of it stays pending."""
        taken = self._take()
        try:
            known = self.store.book.open_incidents()
            return self._save(self._folding(taken, units, known)(), known, taken)
        except Exception:
            self.hear(taken.triggers)
            raise

    async def fold(self, units: Mapping[str, UnitState]) -> Folded:
        """The same in a thread; done again where somebody changed an incident meanwhile."""
        if len(self.pending) + self.store.book.count_open() <= FEW:
            return self.fold_now(units)
        taken = self._take()
        try:
            for _ in range(TRIES):
                known = self.store.book.open_incidents()
                found = await asyncio.to_thread(self._folding(taken, dict(units), known))
                if self.store.book.open_incidents() == known:
                    return self._save(found, known, taken)
        except BaseException:
            self.hear(taken.triggers)
            raise
        self.hear(taken.triggers)
        return self.fold_now(units)

    def _take(self) -> _Taken:
        """The dearest AT_ONCE of what is pending."""
        if len(self.pending) <= AT_ONCE:
            taken, self.pending = self.pending, []
            return _Taken(taken, dict(self._places))
        self.pending.sort(key=_dearness, reverse=True)
        taken, self.pending = self.pending[:AT_ONCE], self.pending[AT_ONCE:]
        return _Taken(taken, NOWHERE)

    def _folding(
        self, taken: _Taken, units: Mapping[str, UnitState], known: Sequence[Incident]
    ) -> Callable[[], list[Incident]]:
        now, numbers = self.clock.now(), count(1)
        return lambda: (
            group(taken.triggers, units, now, known, next_id=lambda: f"{_NEW}{next(numbers)}", home=self.home)
            if taken.triggers
            else []
        )

    def _save(self, found: Sequence[Incident], known: Sequence[Incident], taken: _Taken) -> Folded:
        now, book = self.clock.now(), self.store.book
        with self.store.transaction():
            mutes = self.store.memory.mutes(now)
            kept = [apply_mutes(_numbered(one, book.next_id), mutes, now) for one in self._within(found, known)]
            for incident in kept:
                book.save(incident)
            for thing, place in taken.places.items():
                self.store.set_cursor(place, source=thing)
        return Folded(kept, {incident.id: incident for incident in known})

    def _within(self, found: Sequence[Incident], known: Sequence[Incident]) -> Iterator[Incident]:
        """What is found, without the least dear where more than MOST_OPEN would be open; known ones of these end."""
        fresh = [one for one in found if _is_new(one)]
        touched = {one.id for one in found}
        idle = [one for one in known if one.id not in touched and one.state == "open" and one.proposal is None]
        too_many = max(0, len(known) + len(fresh) - MOST_OPEN) if fresh else 0
        leaving = sorted((*fresh, *idle), key=_worth)[:too_many]
        gone = {one.id for one in leaving}
        self.dropped += sum(trigger.count for one in leaving for trigger in one.triggers)
        yield from (one for one in found if one.id not in gone)
        yield from (_ended(one, self.clock.now()) for one in leaving if not _is_new(one))


def _dearness(trigger: Trigger) -> tuple[bool, int]:
    return trigger.trusted, trigger.severity


def _worth(incident: Incident) -> tuple[bool, int, bool, float]:
    """The least dear first; of equals the one that is known stays."""
    trusted = any(trigger.trusted for trigger in incident.triggers)
    return trusted, incident.severity, not _is_new(incident), incident.updated


def _is_new(incident: Incident) -> bool:
    return incident.id.startswith(_NEW)


def _numbered(incident: Incident, next_id: Callable[[], str]) -> Incident:
    return replace(incident, id=next_id()) if _is_new(incident) else incident


def _ended(incident: Incident, at: float) -> Incident:
    step = Step(at=at, by="rule", text=f"made room for graver ones: more than {MOST_OPEN:,} were open")
    return replace(incident, state="resolved", updated=at, history=(*incident.history, step))
