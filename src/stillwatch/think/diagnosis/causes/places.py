"""Where a failed unit keeps its data by its settings: whether its user may write there at all.

Many programs tell that they cannot open a database, and neither where it lies nor why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from stillwatch.think.diagnosis.causes.case import Case, Finding, propose
from stillwatch.think.diagnosis.causes.config import belongs
from stillwatch.think.diagnosis.causes.facts import exists, file_of, last_change, text
from stillwatch.think.diagnosis.causes.permission import shut_out
from stillwatch.unit.facts import is_failing, paths_of

_WRITTEN: Final = re.compile(r"/var/(?:lib|cache|log|spool)/[^/]+.*")
"""Places that a service of its own user has for itself to write to (hier(7)); others it may only read."""
_WANTED: Final = re.compile(
    r"\b(?:open|create|write|save|store|load|read|access|lock|mkdir|init\w*)\b|database|director|folder|\bfile\b", re.I
)
_MOST: Final = 12


async def shut_place(case: Case) -> Finding | None:
    """The first such place that belongs to somebody else and is closed to the unit's user."""
    unit = case.unit
    if (
        unit is None
        or not is_failing(unit)
        or unit.user in ("", "root")
        or not any(map(_WANTED.search, case.last_words))
    ):
        return None
    named = (await case.look("own_settings", unit=unit.name)).get("paths")
    paths = [str(path) for path in named] if isinstance(named, Sequence) else []
    for path in [path for path in dict.fromkeys([*paths_of(unit), *paths]) if _WRITTEN.fullmatch(path)][:_MOST]:
        file = await file_of(case, path)
        if file is None or exists(file) is not True or not (why := await shut_out(case, unit, path)):
            continue
        looked = await case.cite_look("file_metadata", path=path)
        changed, when = await last_change(case, path) if text(file, "mode").startswith("-") else ("", ())
        sentence = f"{unit.name} runs as {unit.user} and may not use {path}, {why}"
        sentence += f"; {changed}" if changed else ""
        remedy = propose("repair_ownership", path, sentence, unit=unit.name) if belongs(path, unit) else None
        cited = case.cite_words()[:1] or case.cite()[:1]
        return case.finding("permission", path, sentence, cited, looked, when, proven=True, proposal=remedy)
    return None
