"""All that is remembered, in one file."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from stillwatch.store.database import Database
from stillwatch.store.evidence import EvidenceShelf
from stillwatch.store.incidents import StoredIncidents
from stillwatch.store.memory import Memory
from stillwatch.store.samples import Samples
from stillwatch.store.settings import SettingsShelf

FILE_NAME = "stillwatch.db"


class Store:
    """`with store.transaction(): store.book.save(…); store.set_cursor(…)` is one transaction (R31)."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.evidence = EvidenceShelf(database)
        self.book = StoredIncidents(database, self.evidence)
        self.samples = Samples(database)
        self.memory = Memory(database)
        self.settings = SettingsShelf(database)

    @classmethod
    def open(cls, state: Path, *, read_only: bool = False) -> Store:
        """The store in a state directory; errors as Database.open raises them."""
        return cls(Database.open(state / FILE_NAME, read_only=read_only))

    def close(self) -> None:
        self.database.close()

    def transaction(self) -> AbstractContextManager[None]:
        return self.database.transaction()

    def cursor(self, source: str = "journal") -> str:
        """Where reading of that source goes on; "" at the very first time."""
        return self.fact(f"cursor:{source}")

    def set_cursor(self, cursor: str, source: str = "journal") -> None:
        self.set_fact(f"cursor:{source}", cursor)

    def fact(self, name: str) -> str:
        """A piece of derived state (a baseline, a count) by its name; "" if there is none."""
        return str(self.database.value("SELECT value FROM fact WHERE name=?", [name]) or "")

    def set_fact(self, name: str, value: str) -> None:
        self.database.run("INSERT OR REPLACE INTO fact VALUES (?, ?)", [name, value])
