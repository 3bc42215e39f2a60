"""What a unit's own last words say of a path, and what a look at it shows: told in any wording, believed when seen."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import SEEN, Case, Finding
from stillwatch.think.diagnosis.causes.config import is_settings, refused
from stillwatch.think.diagnosis.causes.executable import behind_link
from stillwatch.think.diagnosis.causes.facts import exists, file_of, text
from stillwatch.think.diagnosis.causes.permission import acting_as, given_away, shut_out, too_open
from stillwatch.unit.facts import is_failing, is_written, paths_in, paths_of
from stillwatch.unit.programs import speaks_for

_MISSING: Final = re.compile(
    r"no such file|not found|does(?:n't| not) exist|missing|ENOENT"
    r"|(?:cannot|can't|could not|unable to|failed to|error) (?:\w{1,8} )?(?:open|read|load|find|access|stat|chdir)",
    re.I,
)
_DENIED: Final = re.compile(r"permission denied|not permitted|access denied|denied access|EACCES|Errcode: 13", re.I)
_TRIED: Final = re.compile(r"\b(?:error|failed|unable|can(?:no|')t|could(?: not|n't))\b", re.I)
_OWNED: Final = re.compile(r"\bown(?:ed|er|ership|s)\b|\bwrit(?:able|eable)\b", re.I)
_REFUSED: Final = re.compile(
    r"unknown|invalid|unexpected|syntax|pars(?:e|ing)|unrecogni[sz]ed|illegal|undefined|not (?:allowed|supported|valid)"
    r"|bad |error in|duplicate|expected|malformed",
    re.I,
)
_PROGRAM: Final = re.compile(r"/(?:usr/(?:local/)?|opt/[^/]+/)?s?bin/")
_STARTED: Final = re.compile(r"\b(?:exec(?:ut\w+|v\w*)?|spawn\w*|fork\w*|launch\w*)\b", re.I)
_AT_LINE: Final = re.compile(r"(?:\bline\s|\bat\s|:|\(|\[)\s?(\d{1,6})\b")
_IN_LINE: Final = re.compile(
    r"\b(?:line|entry|stanza|row) (\d{1,6})(?: (?:of|in|from)(?: [a-z]{1,12}){0,3})? [\"'`]?$", re.I
)
_KEY: Final = re.compile(
    r"(?:^KeyError:|\bmissing (?:required )?(?:key|field|option|setting|property):?) [`\"']?([\w.-]{1,60})\b", re.I
)
_QUOTES: Final = re.compile(r"[\"'`‘’“”()\[\]<>,;]")
_MOST: Final = 6


async def said_path(case: Case) -> Finding | None:
    """A path in the last words of a failed unit: not there, not its user's, or a setting that it cannot read."""
    unit = case.unit
    if unit is None:
        return None
    # A log file's words are not among the last words of the journal.
    logged = [t.sample for t in case.incident.triggers if not t.trusted and speaks_for(t.subject, unit.name)]
    for words in dict.fromkeys([*case.last_words, *logged][:_MOST]):
        for path in paths_said(words):
            if (found := await _at(case, unit, words, path)) is not None:
                return found
    return _lacking(case, unit)


def _lacking(case: Case, unit: UnitState) -> Finding | None:
    """A key that a program, started with a settings file, does not find."""
    settings = next((path for path in paths_of(unit) if is_settings(path)), "")
    key = next((found[1] for words in case.last_words if (found := _KEY.search(words))), "")
    if not settings or not key:
        return None
    sentence = f"{unit.name} does not find {key}, which it seems to look for in {settings}"
    return case.finding("missing-setting", key, sentence, case.cite_words()[:2], confidence=SEEN)


async def _at(case: Case, unit: UnitState, words: str, path: str) -> Finding | None:
    file = await file_of(case, path)
    cited = case.cite_words()[:2] or case.cite()[:2]
    if file is None:  # it may not be looked at
        return await _kept_out(case, unit, words, path, cited) or await _at_line(case, unit, words, path, cited)
    if exists(file) is False:
        if not _MISSING.search(words) and not _TRIED.search(words):
            return None
        # What it makes itself cannot be made where the directory is gone.
        if is_written(path):
            within, path = path, str(PurePosixPath(path).parent)
            if exists(await file_of(case, path) or {}) is not False:
                return await _kept_out(case, unit, words, within, cited)
        looked = await case.cite_look("file_metadata", path=path)
        cause = "missing-executable" if _PROGRAM.match(path) or _STARTED.search(words) else "missing-path"
        if led := await behind_link(case, unit, path, cause, cited):
            return led
        sentence = f"{unit.name} needs {path}, which does not exist{await _from_where(case, path)}"
        return case.finding(cause, path, sentence, cited, looked, proven=True)
    if (found := await too_open(case, words, path, cited)) is not None:
        return found
    denied, owned = _DENIED.search(words), _OWNED.search(words)
    # The reason may stand in the next line; settings are read by many whose they are not.
    denied = denied or (None if is_settings(path) else next(filter(None, map(_DENIED.search, case.last_words)), None))
    why = (await shut_out(case, unit, path) if denied or owned else "") or (
        await given_away(case, path) if owned else ""
    )
    if why:
        return await _may_not(case, unit, path, why, cited)
    return await _kept_out(case, unit, words, path, cited) or await _at_line(case, unit, words, path, cited)


async def _kept_out(case: Case, unit: UnitState, words: str, path: str, cited: tuple[str, ...]) -> Finding | None:
    """What it tried in vain, in a place whose mode lets nobody else in; who it is may only be known by its name."""
    if not _TRIED.search(words):
        return None
    acting = await acting_as(case, unit)
    place, why = await _shut_tight(case, acting, path)
    return await _may_not(case, acting, place, why, cited) if why else None


async def _may_not(case: Case, unit: UnitState, path: str, why: str, cited: tuple[str, ...]) -> Finding:
    looked = await case.cite_look("file_metadata", path=path)
    user = f" runs as {unit.user} and" if unit.user else ""
    sentence = f"{unit.name}{user} may not use {path}, {why}"
    return case.finding("permission", path, sentence, cited, looked, proven=True)


async def _at_line(case: Case, unit: UnitState, words: str, path: str, cited: tuple[str, ...]) -> Finding | None:
    """A line of settings: a program that does not run named it for a reason, however it puts it."""
    line = _line(words, path)
    if line and is_settings(path) and (is_failing(unit) or _REFUSED.search(words)):
        return await refused(case, path, line, cited)
    return None


async def _shut_tight(case: Case, unit: UnitState, path: str) -> tuple[str, str]:
    """The path or its directory, where its mode lets nobody else in: that needs no word of the unit's."""
    for place in (path, str(PurePosixPath(path).parent)):
        mode = text(await file_of(case, place) or {}, "mode")
        if mode[7:10] == "---" and unit.user not in ("", "root") and (why := await shut_out(case, unit, place)):
            return place, why
    return path, ""


async def _from_where(case: Case, path: str) -> str:
    """Where more than the last piece is missing: from which directory on."""
    gone = ""
    for parent in PurePosixPath(path).parents:
        file = await file_of(case, str(parent))
        if file is None or exists(file) is not False:
            break
        gone = str(parent)
    return f", nor does {gone}" if gone else ""


def _line(words: str, path: str) -> str:
    """The number of the line that is named right behind the path, or right before it."""
    before, _, after = words.partition(path)
    found = _AT_LINE.match(after[:20].lstrip("\"'`’”,) ")) or _IN_LINE.search(before[-60:])
    return found[1] if found else ""


def paths_said(words: str) -> list[str]:
    """Paths of this host that stand in them."""
    found = (path for word in _QUOTES.sub(" ", words[:2000]).split() for path in paths_in(word.rstrip(":.")))
    return [path for path in dict.fromkeys(found) if path.count("/") > 1][:_MOST]
