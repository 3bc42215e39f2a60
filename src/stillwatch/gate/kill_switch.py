"""The kill switch (R13): while the file `paused` lies in the gate's state directory, nothing new is begun."""

from __future__ import annotations

import os
from pathlib import Path

from stillwatch.gate.change.action import Refused
from stillwatch.gate.database import GateDatabase
from stillwatch.host.durable import write_durably


class Switch:
    """The file is the truth, so that `touch` pauses too, and a restart changes nothing."""

    def __init__(self, database: GateDatabase, folder: Path) -> None:
        self.database = database
        self.file = folder / "paused"
        self.held = False

    def is_on(self) -> bool:
        """Asked of the file system each time."""
        return self.held or os.path.lexists(self.file)

    def pause(self, by: str) -> None:
        """The file first: what is paused stays paused even if the record cannot be written.

        Where no file can be made, it is paused for as long as this process lives. Raises Refused, which says so.
        """
        self.held = True
        try:
            write_durably(self.file, by.encode())
        except OSError as error:
            raise Refused(f"paused until the gate is started again: that cannot be written down: {error}") from error
        with self.database.writing() as writer:
            writer.record("paused", by=by)

    def resume(self, by: str) -> None:
        """The record first: without it, nothing goes on."""
        with self.database.writing() as writer:
            writer.record("resumed", by=by)
        self.file.unlink(missing_ok=True)
        self.held = False
