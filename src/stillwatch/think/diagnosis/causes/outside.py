"""Causes outside the unit: certificates, timers, names, the noise of one unit, and strangers at the door."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import SEEN, TOLD, Case, Finding, propose
from stillwatch.think.diagnosis.causes.facts import exists, file_of, repeats_a_reason, rows, since
from stillwatch.think.diagnosis.causes.targets import targets_of

_RESOLVER = "/etc/resolv.conf"
_UNKNOWN = re.compile(r"not known|ENOTFOUND|no such host|NXDOMAIN|Unknown host|host not found|does not resolve", re.I)
GUESSING = ("brute-force", "intrusion", "probing", "login-failed")
"""Causes for which strangers, or a wrong password in some configuration, are to blame."""


async def certificate_expired(case: Case) -> Finding | None:
    """Expired because its renewal is switched off, where the system shows that; else the certificate itself."""
    cited = case.cite("certificate-expired")
    if not cited:
        return None
    timer = await timer_disabled(case)
    if timer is not None:
        words = f"A certificate has expired because {timer.cause.object}, which renews it, is disabled"
        return case.finding(
            "certificate-expired",
            timer.cause.object,
            words,
            cited,
            timer.evidence,
            confidence=timer.confidence,
            proposal=timer.proposal,
        )
    path = next((t.fields["path"] for t in case.triggers("certificate-expired") if t.fields.get("path")), "")
    place = path or case.triggers("certificate-expired")[0].object or case.who
    sentence = f"The certificate of {place} has expired or is about to"
    sentence += case.last_statement("certificate-expired") if not path else ""
    return case.finding("certificate-expired", place, sentence, cited, proven=case.trusted("certificate-expired"))


async def timer_disabled(case: Case) -> Finding | None:
    """The timer's own state, by PID 1."""
    triggers = case.triggers("timer-disabled")
    timer = next((unit for t in triggers if (unit := case.unit_named(t.subject)) and unit.kind in ("", "timer")), None)
    if not triggers or (timer is None and not case.trusted("timer-disabled")):
        return None
    name = timer.name if timer else triggers[0].subject
    off = timer is not None and (timer.enabled in ("disabled", "masked") or timer.active_state == "inactive")
    looked = await case.cite_look("unit_status", unit=name)
    sentence = _switched_off(timer, case.incident.updated) if timer else f"{name} should run and is disabled"
    remedy = propose("enable_timer", name, sentence) if off and timer and timer.enabled != "masked" else None
    cited = case.cite("timer-disabled")
    return case.finding(
        "timer-disabled", name, sentence, cited, looked, proven=off or case.trusted("timer-disabled"), proposal=remedy
    )


def _switched_off(timer: UnitState, now: float) -> str:
    how = "stopped" if timer.enabled == "enabled" else timer.enabled or "inactive"
    work = " and ".join(timer.triggers) or f"{timer.name.rpartition('.')[0]}.service"
    if timer.never_elapses:
        sentence = (
            f"{timer.name} is active and will never start {work}: it counts only from a run of {work}, and there "
        )
        return f"{sentence}was none; OnBootSec=, OnActiveSec= or OnCalendar= would give it a first time"
    if timer.active_state == "active":
        return f"{timer.name} is {how}: {work} still runs by itself, but no longer after the next boot"
    ran = (
        f"{timer.name} ran {since(timer.active_at, now)} and is {how}" if timer.active_at else f"{timer.name} is {how}"
    )
    return f"{ran}: {work} no longer runs by itself"


async def name_resolution(case: Case) -> Finding | None:
    cited = case.cite("name-resolution")
    if not cited:
        return None
    file = await file_of(case, _RESOLVER)
    gone = file is not None and exists(file) is False
    if not gone:
        return await _not_resolved(case, cited)
    looked = await case.cite_look("file_metadata", path=_RESOLVER)
    sentence = f"Host names cannot be resolved: {_RESOLVER} is missing or its link leads nowhere"
    remedy = propose("restore_file", _RESOLVER, sentence)
    return case.finding("name-resolution", _RESOLVER, sentence, cited, looked, proven=True, proposal=remedy)


async def _not_resolved(case: Case, cited: tuple[str, ...]) -> Finding:
    """One name that nobody knows is that name's fault; several, or no answer at all, the resolver's."""
    triggers = case.triggers("name-resolution")
    unit = case.unit
    names = {t.fields["name"] for t in triggers if t.fields.get("name")}
    if not names and unit is not None:
        names = {target.host for target in targets_of(triggers, unit)}
    name = next(iter(sorted(names)), "")
    known = await case.look("name_address", name=name) if name else {}
    servers = known.get("resolvers")
    resolvers = ", ".join(map(str, servers)) if isinstance(servers, Sequence) and servers else ""
    looked = await case.cite_look("name_address", name=name) if known else ()
    unknown = len(names) == 1 and any(_UNKNOWN.search(trigger.sample[:2000]) for trigger in triggers)
    if unknown and known and not rows(known, "addresses"):
        whom = f"the resolvers ({resolvers}) do not know it" if resolvers else "there is no resolver to ask"
        sentence = f"The name {name} cannot be resolved: it is not in /etc/hosts, and {whom}"
        return case.finding("name-resolution", name, sentence, cited, looked, confidence=SEEN)
    sentence = f"Host names cannot be resolved{f' ({name})' if name else ''}"
    sentence += f": {_RESOLVER} names {resolvers}, and no answer comes from there" if resolvers else ""
    return case.finding("name-resolution", _RESOLVER, sentence, cited, looked, confidence=SEEN if resolvers else TOLD)


_FLOOD_OVER = 10.0
"""Seconds without more of it after which it was a burst."""


async def log_flood(case: Case) -> Finding | None:
    cited = case.cite("log-flood")
    if not cited:
        return None
    if repeats_a_reason(case, max(trigger.count for trigger in case.triggers("log-flood")) / 2):
        return None
    subject = case.who
    known = case.unit
    # Counted line by line by us: nobody can merely claim it.
    proven = any(t.trusted or t.rule == "log-flood" for t in case.triggers("log-flood"))
    quiet = case.now - max(trigger.last for trigger in case.triggers("log-flood")) if case.now else 0.0
    if quiet >= _FLOOD_OVER:
        sentence, over = f"{subject} flooded the log for a while", f"{subject} does not flood the log any more"
        return case.finding("log-flood", subject, sentence, cited, proven=proven, over=over)
    sentence = f"{subject} floods the log"
    restart = proven and known is not None and known.name.endswith(".service")
    remedy = propose("restart_unit", subject, sentence, once=True) if restart else None
    note = "A rate limit (LogRateLimitIntervalSec=, LogRateLimitBurst=) would keep it from drowning the others."
    return case.finding("log-flood", subject, sentence, cited, proven=proven, proposal=remedy, notes=(note,))


async def brute_force(case: Case) -> Finding | None:
    """The sources stand in the text; they are told and never made a target."""
    triggers = case.triggers(*GUESSING)
    if not triggers:
        return None
    first = triggers[0]
    source = next((trigger.fields["source"] for trigger in triggers if trigger.fields.get("source")), "")
    notes = [f"{name}: {text}" for name in ("sources", "users", "accepted") if (text := _told(triggers, name))]
    culprit = source or case.who
    return case.finding(first.cause, culprit, first.summary, case.cite(*GUESSING), notes=tuple(notes))


def _told(triggers: Sequence[Trigger], name: str) -> str:
    """The field of the first trigger that has it."""
    return next((trigger.fields[name] for trigger in triggers if trigger.fields.get(name)), "")
