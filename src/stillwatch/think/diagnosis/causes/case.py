"""One incident under investigation: what is known of it, what was looked at, and the evidence so far."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from stillwatch.ports import LookTools
from stillwatch.records.action import Proposal
from stillwatch.records.cause import Cause
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.incident import MEANT, Evidence, EvidenceKind, Incident
from stillwatch.records.look import Seen
from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.watch.gravity import gist_of
from stillwatch.watch.last_words import reason
from stillwatch.watch.reasons import cause_of

PROVEN = 0.95
"""Confidence of a cause that PID 1, the kernel or a look at the host shows."""
SEEN = 0.7
"""Of a symptom that is certain while its reason is not."""
TOLD = 0.6
"""Of what nothing but text says; never more."""

_MOST_TRIGGERS = 8
_MEANT = re.compile(
    r"on purpose|planned|deliberate|intend|maintenance|meant|left (?:off|stopped|down)|absichtlich|geplant|wartung",
    re.I,
)
_MOST_WORDS = 4
_MARKS = " :;,.'\")]0123456789"
_TELLING = 8
"""Characters from which on the rest of a line tells something."""
_LONGEST = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What an investigator found: the cause, how sure, the evidence that carries it, and a known remedy.

    over: why it is no fault any more; meant: the note by which somebody wants it so; both "" where it is one.
    """

    cause: Cause
    confidence: float
    evidence: tuple[str, ...]
    proposal: Proposal | None = None
    notes: tuple[str, ...] = ()
    over: str = ""
    meant: str = ""


@dataclass(kw_only=True, slots=True)
class Case:
    """Investigators look through `look` and quote through `cite`; the case numbers the evidence.

    now: seconds since the epoch, 0 where unknown; notes: what people noted about this host; troubled: units that have
    an incident of their own.
    """

    incident: Incident
    units: Mapping[str, UnitState]
    looks: LookTools | None = None
    now: float = 0.0
    notes: Sequence[str] = ()
    troubled: Collection[str] = ()
    evidence: list[Evidence] = field(default_factory=list)
    _seen: dict[str, Seen] = field(default_factory=dict)

    @property
    def unit(self) -> UnitState | None:
        return self.unit_named(self.incident.subject)

    def unit_named(self, name: str) -> UnitState | None:
        found = self.units.get(name)
        return found or next((unit for unit in self.units.values() if name and name in unit.names), None)

    def meant(self, name: str) -> str:
        """What a person noted of a unit that is off on purpose, "" if nobody did."""
        stem = name.rpartition(".")[0]
        return next((note for note in self.notes if (name in note or stem in note.split()) and _MEANT.search(note)), "")

    def triggers(self, *causes: str) -> list[Trigger]:
        """Those of the incident that name one of these causes, the leading one first."""
        return [trigger for trigger in self.incident.triggers if trigger.cause in causes]

    def trusted(self, *causes: str) -> bool:
        return any(trigger.trusted for trigger in self.triggers(*causes))

    async def look(self, tool: str, **arguments: object) -> Mapping[str, object]:
        """The typed data of a look, {} where there are no tools, no such tool, or it could not be seen."""
        seen = await self.see(tool, **arguments)
        return {} if seen is None else seen.data

    async def see(self, tool: str, **arguments: object) -> Seen | None:
        """The look itself, once for the same question. Arguments that the tool does not know are left out."""
        if self.looks is None:
            return None
        description = self.looks.catalogue().get(tool)
        if description is None:
            return None
        known = description.get("arguments", {}).get("properties", {})
        given = {name: value for name, value in arguments.items() if name in known}
        question = f"{tool} {sorted(given.items())}"
        if question not in self._seen:
            self._seen[question] = await self.looks.look(tool, given)
        seen = self._seen[question]
        return None if seen.problem else seen

    async def cite_look(self, tool: str, excerpt: str = "", **arguments: object) -> tuple[str, ...]:
        """Quote a look as evidence: its own text, or the part of its data that matters as fixed words."""
        seen = await self.see(tool, **arguments)
        if seen is None:
            return ()
        looked_for = " ".join(str(value) for value in seen.arguments.values())
        return (self._add("look", f"{tool} {looked_for}".strip(), seen.at, excerpt or seen.text),)

    def cite(self, *causes: str) -> tuple[str, ...]:
        """Evidence ids of the triggers that name one of these causes; of all triggers where none is given."""
        chosen = self.triggers(*causes) if causes else list(self.incident.triggers)
        return tuple(dict.fromkeys(self._cite_trigger(trigger) for trigger in chosen[:_MOST_TRIGGERS]))

    def cite_in_order(self) -> None:
        """What leads, then the words that say why, then the rest: the first pieces are what people read."""
        for trigger in self.incident.triggers[:1]:
            self._cite_trigger(trigger)
        self.cite_words()
        self.cite()

    @property
    def who(self) -> str:
        """Whom the sentences are about: log text often names nobody."""
        return self.incident.subject or "a program"

    @property
    def reason(self) -> str:
        """The line in which a unit's own programs most likely say why it ended, "" where none does."""
        return reason([event.text for event in self.words])

    def last_statement(self, cause: str, *, beside: str = "") -> str:
        """What was said of it, to be put behind a sentence; beside: what the sentence has told already.

        Where the culprit is not found out, these words are all that leads on.
        """
        # PID 1's sentence that a unit failed tells no reason where that was found in the last words.
        triggers = [one for one in self.triggers(cause) if not one.words or cause_of(one.sample) == cause]
        samples = [trigger.sample[:_LONGEST] for trigger in triggers]
        words = [event.text[:_LONGEST] for event in self.words]
        named = next((text for text in (*samples, *words) if beside and beside in text), "")
        cited = named or reason([*samples, *words])
        if cited.endswith(":") and (told := _after(cited, words)):
            cited = f"{cited} {told}"
        after = cited.rpartition(beside)[2].lstrip(_MARKS) if beside else ""
        gist = gist_of(after if len(after) > _TELLING else cited)
        return f'; it said: "{gist}"' if gist else ""

    @property
    def last_words(self) -> list[str]:
        """What the unit's own programs said just before it ended, the likely reason first."""
        texts = [event.text for event in self.words]
        return sorted(texts, key=lambda text: text != self.reason)

    def cite_words(self) -> tuple[str, ...]:
        """Evidence ids of what the unit's own programs said just before it ended, the likely reason first."""
        events = sorted(self.words, key=lambda event: event.text != self.reason)[:_MOST_WORDS]
        return tuple(self._add(event.source, event.subject, event.at, event.text) for event in events)

    @property
    def words(self) -> list[Event]:
        """What the unit's own programs said, as it was said."""
        return [event for trigger in self.incident.triggers for event in trigger.words]

    def _cite_trigger(self, trigger: Trigger) -> str:
        event = trigger.events[0] if trigger.events else None
        kind: EvidenceKind = event.source if event else "log"
        return self._add(kind, trigger.subject or trigger.rule, trigger.last, trigger.sample or trigger.summary)

    def _add(self, kind: EvidenceKind, source: str, at: float, text: str) -> str:
        text = text[:_LONGEST]
        for piece in self.evidence:
            if (piece.kind, piece.source, piece.text) == (kind, source, text):
                return piece.id
        number = max((int(piece.id[1:]) for piece in self.evidence if piece.id[1:].isdecimal()), default=0) + 1
        piece = Evidence(
            id=f"E{number}", incident=self.incident.id, kind=kind, source=source, at=at, text=Untrusted(text)
        )
        self.evidence.append(piece)
        return piece.id

    def finding(
        self,
        cause: str,
        culprit: str,
        sentence: str,
        *evidence: tuple[str, ...],
        proven: bool = False,
        confidence: float | None = None,
        proposal: Proposal | None = None,
        notes: tuple[str, ...] = (),
        over: str = "",
        meant: str = "",
    ) -> Finding:
        """Put together; the sentence ends with the ids of the evidence that carries it."""
        ids = tuple(dict.fromkeys(piece for pieces in evidence for piece in pieces))
        text = f"{sentence.rstrip('.')} ({', '.join(ids)})." if ids else f"{sentence.rstrip('.')}."
        sure = confidence if confidence is not None else PROVEN if proven else TOLD
        return Finding(
            cause=Cause(id=cause, object=culprit, text=text),
            confidence=sure,
            evidence=ids,
            proposal=None if over or meant else proposal,
            notes=(*notes, f"{MEANT}{meant}") if meant else notes,
            over=over,
            meant=meant,
        )


def _after(text: str, words: Sequence[str]) -> str:
    """What was said next: a line that ends with a colon announces it."""
    return next((following for one, following in pairwise(words) if one == text), "")


def propose(action: str, target: str, because: str, **arguments: str | int | bool) -> Proposal:
    """A remedy; the target was read off the system (a unit, a pid of a socket list, a path of a unit)."""
    return Proposal(action=action, target=target, arguments=arguments, because=Untrusted(because))
