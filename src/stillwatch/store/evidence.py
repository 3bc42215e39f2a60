"""Evidence and its limits: what was seen is kept word for word as long as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence
from stillwatch.store.database import Database

MOST_PIECES = 200
"""Of one incident; what comes later is not kept."""
LONGEST_TEXT = 16_384
"""Characters of one piece; the rest is cut off, and the text says so."""
MOST_OF_AN_INCIDENT = 512 * 1024
"""Bytes of all evidence of one incident."""
MOST_OF_ALL = 64 * 1024 * 1024
"""Bytes of all evidence together; beyond it the oldest resolved incidents lose theirs, and the loss is counted."""

_DROPPED = "evidence-dropped"
_decoder = msgspec.json.Decoder(Evidence)


class EvidenceShelf:
    def __init__(self, database: Database, *, most_of_all: int = MOST_OF_ALL) -> None:
        self._database = database
        self._most_of_all = most_of_all

    def put(self, incident_id: str, pieces: Sequence[Evidence]) -> None:
        """Replace what is kept of the incident, within the limits."""
        bodies = fitting(pieces)
        with self._database.transaction():
            kept = self._database.rows(
                "SELECT number, body FROM evidence WHERE incident=? ORDER BY number", [incident_id]
            )
            if [body for _, body in kept] == bodies:
                return
            self._database.run("DELETE FROM evidence WHERE incident=?", [incident_id])
            rows = [(incident_id, number, len(body), body) for number, body in enumerate(bodies)]
            self._database.run_many("INSERT INTO evidence (incident, number, size, body) VALUES (?, ?, ?, ?)", rows)

    def of(self, incident_id: str) -> tuple[Evidence, ...]:
        rows = self._database.rows("SELECT body FROM evidence WHERE incident=? ORDER BY number", [incident_id])
        return tuple(_decoder.decode(body) for (body,) in rows)

    def size(self) -> int:
        """Bytes of all evidence."""
        return int(self._database.value("SELECT coalesce(sum(size), 0) FROM evidence"))

    def dropped(self) -> int:
        """Pieces lost to the limit of all evidence since the file was made."""
        return int(self._database.value("SELECT value FROM fact WHERE name=?", [_DROPPED]) or 0)

    def make_room(self) -> int:
        """Drop the evidence of the oldest resolved incidents until all fits; gives the number of pieces dropped."""
        gone = 0
        with self._database.transaction():
            over = self.size() - self._most_of_all
            if over <= 0:
                return 0
            for incident_id, size in self._oldest_resolved():
                gone += self._database.run("DELETE FROM evidence WHERE incident=?", [incident_id])
                over -= size
                if over <= 0:
                    break
            self._database.run(
                "INSERT INTO fact VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + ?2",
                [_DROPPED, gone],
            )
        return gone

    def _oldest_resolved(self) -> list[tuple[str, int]]:
        return self._database.rows(
            "SELECT evidence.incident, sum(size) FROM evidence JOIN incident ON incident.id = evidence.incident "
            "WHERE state='resolved' GROUP BY evidence.incident ORDER BY min(updated), min(incident.number)"
        )


def fitting(pieces: Sequence[Evidence]) -> list[bytes]:
    """Encoded pieces, the first ones, as many as the limits of one incident let in."""
    bodies: list[bytes] = []
    room = MOST_OF_AN_INCIDENT
    for piece in pieces[:MOST_PIECES]:
        body = msgspec.json.encode(_cut(piece))
        room -= len(body)
        if room < 0:
            break
        bodies.append(body)
    return bodies


def _cut(piece: Evidence) -> Evidence:
    if len(piece.text) <= LONGEST_TEXT:
        return piece
    return replace(
        piece, text=Untrusted(f"{piece.text[:LONGEST_TEXT]}… ({len(piece.text) - LONGEST_TEXT} more characters)")
    )
