"""Whether a file can be put back: only what was there before can have a good copy."""

from __future__ import annotations

from stillwatch.records.action import Proposal
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import Case, propose
from stillwatch.think.diagnosis.causes.facts import exists, file_of

_LATELY = 7 * 86400.0
"""Seconds before the trouble in which a file that is gone may have been taken away."""
_IN_ONE_GO = 2.0


async def put_back(case: Case, unit: UnitState | None, path: str, because: str) -> Proposal | None:
    """The proposal to restore the file; None where it is new, or was never there, and nobody declared it."""
    if not await _was_there(case, path):
        return None
    return propose("restore_file", path, because, **({"unit": unit.name} if unit else {}))


async def _was_there(case: Case, path: str) -> bool:
    """A file that is new changes its folder in the same moment; one that is written anew in its place does not."""
    file = await file_of(case, path)
    if file is None or "folder_changed" not in file or file.get("declared") is True:
        return True
    folder, changed = file["folder_changed"], file.get("changed")
    if not isinstance(folder, int | float):
        return False
    if exists(file) is False and not file.get("link"):
        return folder > case.incident.opened - _LATELY
    return not isinstance(changed, int | float) or abs(folder - changed) > _IN_ONE_GO
