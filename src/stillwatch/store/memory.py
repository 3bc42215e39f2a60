"""What people told it: mutes and notes."""

from __future__ import annotations

from stillwatch.records.mute import Mute
from stillwatch.records.note import LONGEST_NOTE, MOST_NOTES, Note
from stillwatch.store.database import Database


class Memory:
    def __init__(self, database: Database) -> None:
        self._database = database

    def mute(self, mute: Mute) -> None:
        """A second mute of the same pattern replaces the first."""
        row = [mute.pattern, mute.until, mute.by, mute.because]
        self._database.run("INSERT OR REPLACE INTO mute VALUES (?, ?, ?, ?)", row)

    def unmute(self, pattern: str) -> bool:
        return self._database.run("DELETE FROM mute WHERE pattern=?", [pattern]) > 0

    def mutes(self, at: float) -> list[Mute]:
        """Those that hold at that moment."""
        rows = self._database.rows(
            "SELECT pattern, until, by, because FROM mute WHERE until=0 OR until>? ORDER BY pattern", [at]
        )
        return [Mute(pattern=pattern, until=until, by=by, because=because) for pattern, until, by, because in rows]

    def add_note(self, at: float, by: str, text: str) -> Note:
        """Cut to 2,000 characters; beyond 1,000 notes the oldest goes."""
        with self._database.transaction():
            self._database.run("INSERT INTO note (at, by, text) VALUES (?, ?, ?)", [at, by, text[:LONGEST_NOTE]])
            number = int(self._database.value("SELECT last_insert_rowid()"))
            self._database.run(
                "DELETE FROM note WHERE id IN (SELECT id FROM note ORDER BY id DESC LIMIT -1 OFFSET ?)", [MOST_NOTES]
            )
        return Note(id=number, at=at, by=by, text=text[:LONGEST_NOTE])

    def forget_note(self, number: int) -> bool:
        return self._database.run("DELETE FROM note WHERE id=?", [number]) > 0

    def notes(self, limit: int = 50) -> list[Note]:
        """The newest first."""
        rows = self._database.rows("SELECT id, at, by, text FROM note ORDER BY id DESC LIMIT ?", [limit])
        return [Note(id=number, at=at, by=by, text=text) for number, at, by, text in rows]
