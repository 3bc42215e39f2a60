"""Files of settings as they were seen last, and what changed in them; secrets are cut out before all comes here."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stillwatch.store.database import Database

MOST_BYTES: Final = 16_000_000
"""Of all that is kept of the files, packed: more files are not kept."""
MOST_CHANGES: Final = 1_000
MOST_READ: Final = 100
_COLUMNS: Final = ("path", "at", "kind", "difference", "added", "removed")


class SettingsShelf:
    def __init__(self, database: Database) -> None:
        self._database = database

    def stamps(self) -> dict[str, str]:
        return dict(self._database.rows("SELECT path, stamp FROM settings_file"))

    def find(self, path: str) -> tuple[str, str] | None:
        """Digest and text of a file as it was seen last."""
        rows = self._database.rows("SELECT digest, body FROM settings_file WHERE path=?", [path])
        return (rows[0][0], zlib.decompress(rows[0][1]).decode()) if rows else None

    def put(self, path: str, stamp: str, digest: str, text: str) -> bool:
        """False for what does not fit any more: it is not kept, and its changes are not told."""
        body = zlib.compress(text.encode("utf-8", "replace"))
        fits = self._database.value("SELECT total(length(body)) FROM settings_file") + len(body) <= MOST_BYTES
        if fits:
            self._database.run("INSERT OR REPLACE INTO settings_file VALUES (?, ?, ?, ?)", [path, stamp, digest, body])
        return bool(fits)

    def drop(self, path: str) -> None:
        self._database.run("DELETE FROM settings_file WHERE path=?", [path])

    def add_change(self, change: Sequence[object]) -> None:
        """change: path, when, kind, difference, lines added, lines removed."""
        self._database.run(f"INSERT INTO settings_change ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?)", change)  # noqa: S608
        oldest = "SELECT id FROM settings_change ORDER BY id DESC LIMIT -1 OFFSET ?"
        self._database.run(f"DELETE FROM settings_change WHERE id IN ({oldest})", [MOST_CHANGES])  # noqa: S608

    def changes(self, since: float, path: str = "") -> list[Mapping[str, Any]]:
        """The newest first; path: of this file, or of those below this folder."""
        rows = self._database.rows(
            f"SELECT {', '.join(_COLUMNS)} FROM settings_change WHERE at >= ? "  # noqa: S608
            "AND (? = '' OR path = ? OR substr(path, 1, length(?)) = ?) ORDER BY at DESC, id DESC LIMIT ?",
            [since, path, path, folder := f"{path.rstrip('/')}/", folder, MOST_READ],
        )
        return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
