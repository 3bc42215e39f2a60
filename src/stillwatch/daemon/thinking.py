"""What is thought of by itself: incidents, one after the other, the gravest first; a person who asks goes before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from stillwatch.daemon.standing import Standing
from stillwatch.host.pressure import short_of
from stillwatch.incidents.lifecycle import Lifecycle, lasting, proposed_anew
from stillwatch.incidents.thought import on_top_of, part_of
from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.records.chat import Tier
from stillwatch.records.incident import MEANT, Incident
from stillwatch.records.mute import Mute
from stillwatch.records.trigger import Severity
from stillwatch.store.store import Store
from stillwatch.think.attention import Attention
from stillwatch.think.diagnosis.consensus import PROVEN
from stillwatch.think.diagnosis.understand import Engine
from stillwatch.triage.group import group

THINK_SECONDS = 120.0
NOTES = 5
MOST_AGAIN = 1000
AGAIN_FIRST, AGAIN_LONGEST = 8.0, 600.0
"""Seconds until what the rules said of an open incident is looked at again, and at most."""
MEANT_SECONDS = 86_400.0
ALWAYS_ASKED: Final[tuple[Tier, ...]] = ("trigger", "review")
"""Of every incident; whether the third tier is asked is for them to say."""


class Models(Protocol):
    """The models, once they are up."""

    @property
    def models(self) -> Mapping[Tier, ChatModel]: ...


@dataclass(kw_only=True)
class Thinking:
    """busy: the id of the incident that is thought about, "" for none; queued: those that wait."""

    host: str
    store: Store
    clock: Clock
    looks: LookTools
    tiers: Models
    lifecycle: Lifecycle
    standing: Standing
    attention: Attention = field(default_factory=Attention)
    todo: asyncio.PriorityQueue[tuple[int, str]] = field(default_factory=asyncio.PriorityQueue)
    queued: set[str] = field(default_factory=set)
    busy: str = ""
    _again: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        """Nothing waits, and nobody asks."""
        return not self.queued and not self.busy and not self.attention.taken

    def look_into(self, incident: Incident) -> None:
        """Have it thought about, unless it waits for that already."""
        if incident.state != "resolved" and incident.id not in self.queued:
            self.queued.add(incident.id)
            self.todo.put_nowait((-incident.severity, incident.id))

    def is_stale(self, incident: Incident) -> bool:
        """Whether it is time to look again at what rules and looks said: the host goes on. Each pause is longer."""
        if incident.by != "rule" or incident.state != "open" or incident.proposal_id:
            self._again.pop(incident.id, None)
            return False
        now = self.clock.boot()
        if len(self._again) > MOST_AGAIN:
            self._again.clear()
        due, pause = self._again.setdefault(incident.id, (now + AGAIN_FIRST, AGAIN_FIRST))
        if now < due:
            return False
        pause = min(3 * pause, AGAIN_LONGEST)
        self._again[incident.id] = now + pause, pause
        return True

    async def run(self) -> None:
        """Understand what waits, the gravest first, for ever."""
        for incident in self.store.book.open_incidents():
            if incident.cause is None:  # an earlier life did not come to it
                self.look_into(incident)
        while True:
            _, incident_id = await self.todo.get()
            self.queued.discard(incident_id)
            self.busy = incident_id
            try:
                await self.understand(incident_id)
                self.standing.fine("thinking")
            finally:
                self.busy = ""
            await asyncio.sleep(0)  # a thousand may wait, and what the rules know needs no waiting

    async def understand(self, incident_id: str) -> None:
        """Rules first, and what they prove is acted upon at once; then the models, where there are any."""
        incident = self.store.book.find(incident_id)
        if incident is None or incident.state in ("resolved", "muted"):
            return
        is_new = incident.cause is None
        incident = await self._settled(incident, {})
        if incident.state == "resolved" or self._is_meant(incident):
            return
        if is_new:
            await self.lifecycle.opened(incident)
        incident = self.save(await self.lifecycle.carry_on(incident))
        if incident.state != "resolved" and self.is_unheard(incident):
            thought = await self.attention.unless_taken(self._settled(incident, self.tiers.models))
            if thought is not None:  # else it is taken up again once the person has an answer
                self.save(await self.lifecycle.carry_on(thought))

    def _is_meant(self, incident: Incident) -> bool:
        """What somebody noted as meant is muted for a day; then the note is read again."""
        note = next((note.removeprefix(MEANT) for note in incident.notes if note.startswith(MEANT)), "")
        if note:
            until = self.clock.now() + MEANT_SECONDS
            self.store.memory.mute(Mute(pattern=incident.key, until=until, by="note", because=note))
        return bool(note)

    def is_unheard(self, incident: Incident) -> bool:
        """Whether a tier that is free has not been heard on it: some faults are there before the models are."""
        heard = {opinion.by for opinion in incident.opinions}
        return not self.attention.taken and any(
            tier in self.tiers.models and tier not in heard for tier in ALWAYS_ASKED
        )

    async def _settled(self, incident: Incident, models: Mapping[Tier, ChatModel]) -> Incident:
        notes = [str(note) for note in self.store.memory.notes(NOTES)]
        beside = (one for one in self.store.book.open_incidents() if one.id != incident.id)
        others = frozenset(one.subject for one in beside if one.severity > Severity.info and one.host == incident.host)
        engine = Engine(
            models=models,
            looks=self.looks,
            clock=self.clock,
            notes=notes,
            home=self.host,
            spared=short_of(),
            others=others,
        )
        bare = replace(
            incident, evidence=(), notes=lasting(incident.notes), opinions=() if models else incident.opinions
        )
        (thought,) = await engine.understand([bare], self.standing.units, THINK_SECONDS)
        thought = proposed_anew(thought, incident)
        if incident.state == "waiting" and incident.proposal_id and thought.proposal_id != incident.proposal_id:
            await self.lifecycle.withdraw(incident.proposal_id)
        root = self._root_of(thought)
        return self.save(thought if root is None else self._joined(root, thought))

    def _root_of(self, thought: Incident) -> Incident | None:
        """The open incident from which this one merely follows, by what a look has shown."""
        if thought.state != "open" or not (blamed := _blamed(thought)):
            return None
        beside = [one for one in self.store.book.open_incidents() if one.id != thought.id and one.host == thought.host]
        roots = (one for one in beside if one.subject == blamed and one.state != "muted")
        return next((one for one in roots if _blamed(one) != thought.subject), None)

    def _joined(self, root: Incident, sufferer: Incident) -> Incident:
        """Told with its root from now on; gives the sufferer's own incident, which is over.

        Where it tells a reason of its own as well, it stays.
        """
        now = self.clock.now()
        joined, over = part_of(root, sufferer, now)
        found = group(sufferer.triggers, self.standing.units, now, [joined], home=self.host)
        if [one.id for one in found] != [root.id]:
            return sufferer
        self.store.book.save(found[0])
        return over

    def save(self, incident: Incident) -> Incident:
        """Save what was thought, on top of what was seen and what people said meanwhile."""
        current = self.store.book.find(incident.id)
        if current is not None:
            incident = on_top_of(current, incident)
        self.store.book.save(incident)
        return incident


def _blamed(incident: Incident) -> str:
    """The other unit that is at fault, where the rules have proved that there is one."""
    cause = incident.cause
    proven = incident.by == "rule" and incident.confidence >= PROVEN
    return cause.object if proven and cause is not None and cause.id == "dependency-failed" else ""
