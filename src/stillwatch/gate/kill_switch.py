"""The kill switch (R13): while the file `paused` lies in the gate's state directory, nothing new is begun."""

from __future__ import annotations

import os
from pathlib import Path

from stillwatch.gate.database import Database
from stillwatch.host.durable import write_durably


class Switch:
    """The file is the truth, so that `touch` pauses too, and a restart changes nothing."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.file = folder / "paused"

    def is_on(self) -> bool:
        """Asked of the file system each time."""
        return os.path.lexists(self.file)

    def pause(self, by: str) -> None:
        """The file first: what is paused stays paused even if the record cannot be written."""
        write_durably(self.file, by.encode())
        with self.database.writing() as writer:
            writer.record("paused", by=by)

    def resume(self, by: str) -> None:
        """The record first: without it, nothing goes on."""
        with self.database.writing() as writer:
            writer.record("resumed", by=by)
        self.file.unlink(missing_ok=True)
