"""What a unit's own last words say of a path, and what a look at it shows: told in any wording, believed when seen."""

from __future__ import annotations

import re

from stillwatch.think.diagnosis.causes.case import Case, Finding
from stillwatch.think.diagnosis.causes.config import shut_out
from stillwatch.think.diagnosis.causes.facts import exists, file_of
from stillwatch.unit.facts import paths_in

_MISSING = re.compile(r"no such file|not found|does(?:n't| not) exist|missing|cannot open|could not open|ENOENT", re.I)
_DENIED = re.compile(r"permission denied|not permitted|access denied|denied access|EACCES|Errcode: 13", re.I)
_QUOTES = re.compile(r"[\"'`‘’“”()\[\]<>,;]")
_MOST = 6


async def said_path(case: Case) -> Finding | None:
    """A path in the last words of a failed unit that is not there, or that its user may not use."""
    unit = case.unit
    if unit is None:
        return None
    for words in case.last_words[:_MOST]:
        for path in _paths(words):
            file = await file_of(case, path)
            if file is None:
                continue
            if exists(file) is False and _MISSING.search(words):
                looked = await case.cite_look("file_metadata", path=path)
                sentence = f"{unit.name} needs {path}, which does not exist"
                return case.finding("missing-path", path, sentence, case.cite_words()[:2], looked, proven=True)
            if _DENIED.search(words) and (why := await shut_out(case, unit, path)):
                looked = await case.cite_look("file_metadata", path=path)
                sentence = f"{unit.name} runs as {unit.user} and may not use {path}, {why}"
                return case.finding("permission", path, sentence, case.cite_words()[:2], looked, proven=True)
    return None


def _paths(words: str) -> list[str]:
    found = (path for word in _QUOTES.sub(" ", words[:2000]).split() for path in paths_in(word.rstrip(":.")))
    return [path for path in dict.fromkeys(found) if path.count("/") > 1][:_MOST]
