"""An account that should run a unit, and that is not there."""

from __future__ import annotations

import re

from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import Case, Finding
from stillwatch.think.diagnosis.causes.config import bad_config, is_settings
from stillwatch.think.diagnosis.causes.facts import last_change
from stillwatch.think.diagnosis.causes.set_by import bad_option
from stillwatch.unit.facts import is_failing, paths_of

_ACCOUNTS = {217: ("User", "user", "user"), 216: ("Group", "group", "group")}
_ACCOUNT = re.compile(
    r"(?<![\w/.-])(?P<kind>user|group|account|uid|gid)\b(?: (?:name|id))?:?(?: for (?:the )?(?:user|group))? ?"
    r"[\"'`‘(=]{0,2}(?P<name>[a-z_][a-z0-9_.-]{0,31}\$?)[\"'`’)]?",
    re.I,
)
_GETS = re.compile(r"\bget(?P<kind>pw|gr)nam(?:_r)?\b[ (:\"']{1,4}(?P<name>[a-z_][a-z0-9_.-]{0,31}\$?)")
_NO_ACCOUNT = re.compile(
    r"\b(?:cannot|can't|could ?n[o']t|unable to|fail(?:ed|s)?|unknown|invalid|no such|bad)\b"
    r"|\bnot (?:found|known|exist)\b"
    r"|\b(?:does(?:n't| not)) exist\b|\bgetpwnam\b|\bgetgrnam\b",
    re.I,
)


async def missing_user(case: Case) -> Finding | None:
    """An account that is not there: of User= or Group=, or one to which the program wants to switch by itself."""
    return await _no_account_of_unit(case) or await _no_account_said(case)


async def _no_account_said(case: Case) -> Finding | None:
    """Of a failed unit's last words: the name is believed to be an account's when the host has none of that name."""
    unit = case.unit
    if unit is None or not is_failing(unit):
        return None
    for words in [*case.last_words, *(t.sample[:2000] for t in case.incident.triggers if not t.trusted)]:
        found = _GETS.search(words) or (_ACCOUNT.search(words) if _NO_ACCOUNT.search(words) else None)
        if found is None or found["kind"].lower() in ("gr", "group", "gid"):
            continue
        settings = next((path for path in paths_of(unit) if is_settings(path)), "")
        if (absent := await _absent(case, unit, found["name"], settings, case.cite_words()[:2])) is not None:
            return absent
    return None


async def _absent(case: Case, unit: UnitState, name: str, settings: str, cited: tuple[str, ...]) -> Finding | None:
    known = await case.look("users", user=name)
    if not known or known.get("accounts"):
        return None
    looked = await case.cite_look("users", user=name)
    sentence = f"{unit.name} cannot start: it needs the user {name}, who does not exist"
    sentence += f"; {settings} seems to name it" if settings else ""
    return case.finding("bad-config", name, sentence, cited, looked, proven=True)


async def unknown_to_systemd(case: Case) -> Finding | None:
    """The user that systemd itself could not find: of a socket's owner, as of User=."""
    unit = case.unit
    names = [t.fields["account"] for t in case.triggers("bad-config") if t.trusted and "account" in t.fields]
    if unit is None or not names or not is_failing(unit):
        return None
    return await _absent(case, unit, names[0], unit.fragment_path, case.cite("bad-config"))


async def _no_account_of_unit(case: Case) -> Finding | None:
    """systemd's own step USER or GROUP failed (exit status 217, 216, systemd.exec(5)): the account does not exist."""
    unit = case.unit
    setting, kind, account = _ACCOUNTS.get(unit.exit_status if unit else 0, ("", "", ""))
    account = str(getattr(unit, account)) if account else ""
    if unit is None or not account:
        return None
    cited = case.cite()
    culprit = unit.fragment_path or unit.name
    sentence = f"{unit.name} cannot start: the {kind} {account}, named by {setting}= in {culprit}, does not exist"
    changed, when = await last_change(case, unit.fragment_path)
    sentence += f"; {changed}" if changed else ""
    return case.finding("bad-config", culprit, sentence, cited[:3], when, proven=True)


async def settings(case: Case) -> Finding | None:
    """An account that does not exist is not a mistake of the file that names it."""
    return await unknown_to_systemd(case) or await bad_option(case) or await bad_config(case)
