"""The book of incidents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from stillwatch.records.incident import Incident
from stillwatch.store.database import Database
from stillwatch.store.evidence import EvidenceShelf

MOST_RESOLVED = 10_000
"""Resolved incidents kept; older ones go, with their evidence."""

_HIGHEST = 2**63 - 1
_decoder = msgspec.json.Decoder(Incident)


class StoredIncidents:
    """The book of incidents. What is found equals what was saved, evidence within its limits."""

    def __init__(self, database: Database, shelf: EvidenceShelf) -> None:
        self._database = database
        self._shelf = shelf

    def next_id(self) -> str:
        """ "I1", "I2", …: never given twice, not even after the incident is gone or was not saved."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO fact VALUES ('last-incident', 1) "
                "ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
            )
            last = self._database.value("SELECT value FROM fact WHERE name='last-incident'")
        return f"I{int(last)}"

    def save(self, incident: Incident) -> None:
        """Insert or replace. Raises ValueError for an incident without an id."""
        if not incident.id:
            raise ValueError("an incident needs an id (next_id) before it is saved")
        body = msgspec.json.encode(replace(incident, evidence=()))
        with self._database.transaction():
            self._database.run(
                "INSERT INTO incident (id, number, key, state, updated, body) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET "
                "key=excluded.key, state=excluded.state, updated=excluded.updated, body=excluded.body",
                [incident.id, _number(incident.id), incident.key, incident.state, incident.updated, body],
            )
            self._shelf.put(incident.id, incident.evidence)

    def find(self, incident_id: str) -> Incident | None:
        found = self._read("WHERE id=?", [incident_id])
        return found[0] if found else None

    def open_incidents(self) -> Sequence[Incident]:
        """All that are not resolved (muted ones too), the oldest first."""
        return self._read("WHERE state IN ('open', 'waiting', 'acting', 'muted') ORDER BY number, id")

    def ended_since(self, at: float) -> Sequence[Incident]:
        """Those that were resolved at or after this time, the oldest first."""
        return self._read("WHERE state='resolved' AND updated >= ? ORDER BY number, id", [at])

    def count_open(self) -> int:
        """How many open_incidents would give."""
        return int(self._database.value("SELECT count(*) FROM incident WHERE state <> 'resolved'"))

    def recent(self, limit: int = 50, before: str = "") -> Sequence[Incident]:
        """Open or not, the newest first; before: only those that are older than the incident of this id."""
        older = _number(before) if before else _HIGHEST
        clause = "WHERE id IN (SELECT id FROM incident WHERE number < ? ORDER BY number DESC LIMIT ?) "
        return self._read(clause + "ORDER BY number DESC, id DESC", [older, max(0, limit)])

    def prune(self, keep: int = MOST_RESOLVED, since: float = 0.0) -> int:
        """Drop the oldest resolved incidents beyond `keep` and all that ended before `since`, with their evidence,
        then what evidence is too much; gives the number of incidents dropped."""
        with self._database.transaction():
            gone = self._database.run("DELETE FROM incident WHERE state='resolved' AND updated < ?", [since])
            gone += self._database.run(
                "DELETE FROM incident WHERE id IN (SELECT id FROM incident WHERE state='resolved' "
                "ORDER BY updated DESC, number DESC LIMIT -1 OFFSET ?)",
                [keep],
            )
            self._shelf.make_room()
        return gone

    def drop_oldest(self) -> int:
        """Drop the 100 resolved incidents that ended first, with their evidence; gives the number dropped."""
        return self._database.run(
            "DELETE FROM incident WHERE id IN (SELECT id FROM incident WHERE state='resolved' "
            "ORDER BY updated, number LIMIT 100)"
        )

    def _read(self, clause: str, values: Sequence[object] = ()) -> list[Incident]:
        rows = self._database.rows(f"SELECT body FROM incident {clause}", values)  # noqa: S608 – clauses of this file
        return [self._whole(_decoder.decode(body)) for (body,) in rows]

    def _whole(self, incident: Incident) -> Incident:
        return replace(incident, evidence=self._shelf.of(incident.id))


def _number(incident_id: str) -> int:
    return min(int(incident_id[1:]), _HIGHEST) if re.fullmatch(r"[0-9]{1,30}", incident_id[1:]) else 0
