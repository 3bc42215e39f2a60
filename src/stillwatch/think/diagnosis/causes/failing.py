"""Units that ran and then did not: memory, watchdog, time-outs, crashes, and what merely followed from another."""

from __future__ import annotations

import re

from stillwatch.records.cause import CAUSES, says_why
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import PROVEN, SEEN, TOLD, Case, Finding, propose
from stillwatch.think.diagnosis.causes.config import changed_settings, is_settings
from stillwatch.think.diagnosis.causes.facts import binary_size, elsewhere, number, repeats_a_reason
from stillwatch.think.diagnosis.causes.spoken import place_of
from stillwatch.watch.reasons import cause_of_own

_LAST_WORDS = 20
_KILLED = re.compile(r"\bkill|\boom[-_]|\boomd\b|OOMKilled|memcg|cgroup", re.I)
"""Who ran into a limit was ended by somebody else; a program may find out by itself that there is no more."""
_QUOTED = 200
_IN_A_LOOP = 200
"""So often nobody says the same who does anything else."""
_EXITED = 1
"""CLD_EXITED of waitid(2), as PID 1 tells it: it was not killed."""


async def oom(case: Case) -> Finding | None:
    """Killed for memory: by the unit's own limit or because the host ran out."""
    cited = case.cite("oom", "memory-pressure")
    if not case.triggers("oom"):
        return None
    unit = case.unit
    status = await case.look("unit_status", unit=unit.name) if unit else {}
    limit = number(status, "memory_max")
    subject = unit.name if unit else case.who
    own = 0 < limit < 1 << 60 and not _host_was_short(case)
    where = f"its own limit of {binary_size(limit)} (MemoryMax=)" if own else _limit_said(case)
    sentence = f"{subject} was killed because it used more than {where}"
    if not any(one.trusted or _KILLED.search(one.sample[:2000]) for one in case.triggers("oom")):
        sentence = f"{subject} found no more memory"
    looked = await case.cite_look("unit_status", unit=unit.name) if unit and status else ()
    remedy = propose("restart_unit", unit.name, sentence, once=True) if unit and _may_restart(case) else None
    note = "A restart helps once; if it is killed again, it leaks"
    note += " or its limit is too low." if own else " or the host has too little memory."
    return case.finding(
        "oom", subject, sentence, cited, looked, proven=case.trusted("oom"), proposal=remedy, notes=(note,)
    )


async def memory_pressure(case: Case) -> Finding | None:
    cited = case.cite("memory-pressure")
    if not cited:
        return None
    looked = await case.cite_look("memory")
    return case.finding(
        "memory-pressure",
        "memory",
        "The host is short of memory",
        cited,
        looked,
        proven=case.trusted("memory-pressure"),
    )


async def watchdog(case: Case) -> Finding | None:
    cited = case.cite("watchdog")
    unit = case.unit
    if not cited or unit is None:
        return None
    limit = next((t.fields["limit"] for t in case.triggers("watchdog") if t.trusted and t.fields.get("limit")), "")
    patience = f" within {limit}" if limit else ""
    sentence = f"{unit.name} hung: it did not answer its watchdog{patience}, and systemd ended it"
    remedy = propose("restart_unit", unit.name, sentence, once=True) if _may_restart(case) else None
    return case.finding("watchdog", unit.name, sentence, cited, proven=case.trusted("watchdog"), proposal=remedy)


async def busy(case: Case) -> Finding | None:
    """Measured by us: nobody can merely claim it. A job may take what it gets."""
    triggers = case.triggers("cpu-hog", "process-leak")
    counted = [trigger for trigger in triggers if trigger.rule.startswith("unit-")]
    unit = case.unit
    if not counted or unit is None:
        return await plain(case)
    lead = counted[0]
    if lead.cause == "cpu-hog" and repeats_a_reason(case, _IN_A_LOOP):
        return None
    cited = case.cite(lead.cause)
    sentence = f"{unit.name}: {CAUSES[lead.cause]} ({lead.sample.partition(': ')[2]})"
    if lead.cause == "cpu-hog" and unit.kind == "oneshot":
        return case.finding("cpu-hog", unit.name, sentence, cited, proven=True, over=f"{unit.name} is a job at work")
    looked = await case.cite_look("process_list", sort="cpu")
    remedy = propose("restart_unit", unit.name, sentence, once=True) if unit.active_state == "active" else None
    return case.finding(lead.cause, unit.name, sentence, cited, looked, proven=True, proposal=remedy)


async def not_answering(case: Case) -> Finding | None:
    """Asked by us: that it does not answer is certain, and why is another's to find out."""
    asked = [trigger for trigger in case.triggers("not-answering") if trigger.trusted]
    if not asked or any(says_why(trigger.cause) for trigger in case.incident.triggers):
        return None
    sentence = asked[0].summary.rstrip(".")
    unit = case.unit
    words = case.cite_words()
    if unit is not None and not words:
        words = await case.cite_look("journal_search", unit=unit.name, lines=_LAST_WORDS, limit=_LAST_WORDS)
    return case.finding("not-answering", case.who, sentence, case.cite("not-answering"), words, confidence=SEEN)


async def symptom(case: Case) -> Finding:
    """What failed is certain and why is not: its last words are quoted for whoever looks further."""
    lead = case.incident.triggers[0] if case.incident.triggers else None
    cause = lead.cause if lead and lead.cause in CAUSES else "other"
    unit = case.unit
    cited = case.cite(cause) or case.cite()
    words = case.cite_words()
    if not words and unit is not None and unit.kind != "mount":
        words = await case.cite_look("journal_search", unit=unit.name, lines=_LAST_WORDS, limit=_LAST_WORDS)
    said = _named_in_words(case, cause) != cause
    if unit is not None and cause == "exit-code" and not said and (found := await changed_settings(case, unit)):
        return found
    subject = case.who
    sentence = f"{subject}: {CAUSES[cause]}"
    if unit is not None and cause == "exit-code" and unit.exit_status:
        sentence = f"{subject} ended with status {unit.exit_status}"
    if unit is not None and unit.result == "start-limit-hit" and unit.exit_code == _EXITED and not unit.exit_status:
        sentence = f"{subject} ended without an error each time and was started too often, so it is started no more"
    if not case.reason and unit is not None and (place := await elsewhere(case, unit)):
        sentence += f"; what it says goes to {place}"
    if case.reason:
        sentence += f'; before, it said: "{case.reason[:_QUOTED]}"'
    culprit = (lead.object if lead else "") or subject
    if (named := _named_in_words(case, cause)) != cause:
        return case.finding(named, culprit, sentence, words, cited, confidence=TOLD)
    certain = lead is not None and lead.trusted
    remedy = propose("restart_unit", subject, sentence, once=True) if certain and _may_try_again(case) else None
    return case.finding(cause, culprit, sentence, cited, words, confidence=SEEN if certain else TOLD, proposal=remedy)


async def plain(case: Case) -> Finding | None:
    """Causes whose trigger says all there is to say: the rule's cause, on the incident's subject."""
    lead = case.incident.triggers[0] if case.incident.triggers else None
    if lead is None or lead.cause not in CAUSES:
        return None
    # Of itself the host tells without a name; a line of a log that names nobody is of a program.
    subject = case.incident.subject or (case.incident.host if lead.trusted else case.who)
    sentence = f"{subject}: {CAUSES[lead.cause]}"
    sentence += "" if lead.trusted else case.last_statement(lead.cause)
    if not lead.trusted and (named := _named_in_words(case, lead.cause)) != lead.cause:
        return case.finding(named, lead.object or subject, sentence, case.cite(lead.cause), confidence=TOLD)
    unit = case.unit if not lead.trusted and says_why(lead.cause) else None
    place = await place_of(case, unit, [lead.sample]) if unit is not None and not is_settings(lead.object) else None
    if unit is None or place is None or place.is_plain:
        sure = PROVEN if lead.trusted else TOLD
        return case.finding(lead.cause, lead.object or subject, sentence, case.cite(lead.cause), confidence=sure)
    looked = await case.cite_look("own_settings", str(place), unit=unit.name, words=place.word)
    culprit = lead.object or place.path
    return case.finding(lead.cause, culprit, f"{sentence}; {place}", case.cite(lead.cause), looked, confidence=SEEN)


def _named_in_words(case: Case, cause: str) -> str:
    """The reason that the words name, where the rules know only what came of it; else the cause itself.

    The unit's own last words speak first, then the lines by which the trouble was noticed.
    """
    if says_why(cause):
        return cause
    texts = [case.reason, *case.last_words, *(t.sample for t in case.triggers(cause) if not t.trusted)]
    return next((found for words in filter(None, texts) if says_why(found := cause_of_own(words))), cause)


def _limit_said(case: Case) -> str:
    """Whose limit it was, by the kernel's line where there is one."""
    if _host_was_short(case):
        return "the memory that the host had left"
    return "its own memory limit" if "CONSTRAINT_MEMCG" in _constraints(case) else "the memory it could get"


def _host_was_short(case: Case) -> bool:
    return "CONSTRAINT_NONE" in _constraints(case)


def _constraints(case: Case) -> set[str]:
    return {trigger.fields.get("constraint", "") for trigger in case.triggers("oom")}


_PASSING = frozenset({"signal", "core-dump", "watchdog", "oom-kill"})
_RAN = 60.0
"""Seconds after which an end is no failure to start."""


def _may_try_again(case: Case) -> bool:
    return could_restart(case.unit)


def could_restart(unit: UnitState | None) -> bool:
    """A service that ran and then ended, or was ended, for no known reason is restarted once, as anybody would.

    What fails each time it starts would fail again; a job would do its work twice; a transient unit has no file.
    """
    if unit is None or not unit.name.endswith(".service") or unit.active_state != "failed" or unit.restarts:
        return False
    if unit.kind == "oneshot" or unit.load_state not in ("", "loaded") or "/transient/" in unit.fragment_path:
        return False
    return unit.result in _PASSING or unit.exited_at - unit.started_at >= _RAN > 0 < unit.started_at


def _may_restart(case: Case) -> bool:
    """Only a service that PID 1 itself says is hurt, so that a text alone restarts nothing (R12)."""
    return case.unit is not None and case.unit.name.endswith(".service") and case.trusted("oom", "watchdog")
