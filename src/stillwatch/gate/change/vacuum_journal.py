"""Delete old files of the journal, down to what the policy keeps of it."""

from __future__ import annotations

from stillwatch.gate.change.action import Change, HostAccess
from stillwatch.gate.change.declared_entry import OnDeclared
from stillwatch.gate.change.freeing import Freeing
from stillwatch.gate.declared import Journal


class VacuumJournal(Freeing, OnDeclared[Journal]):
    name, sees, does_it = "vacuum_journal", "journal", "vacuum"
    risk = "medium"
    of = "old journal files"
    example, table, keys = "/var/log/journal", "journal", ("directory",)
    does = "delete the oldest files of the journal in {target}, down to the size that the policy keeps"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        self.entry(access, change)

    def words(self, change: Change) -> dict[str, str]:
        return {"directory": change.target}
