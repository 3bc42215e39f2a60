"""Log text names programs, not units: whose words they are, by PID 1's lines beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from stillwatch.records.trigger import Trigger
from stillwatch.triage.precedence import DEPENDENT, HOST_WIDE, SYMPTOMS, UNIT_FAILURE, family
from stillwatch.triage.sighting import Units, is_from_log
from stillwatch.unit.facts import is_failing
from stillwatch.unit.names import is_unit
from stillwatch.unit.programs import (
    LAST_WORDS_OF_A_STRANGER,
    NOBODYS,
    has_own_service,
    is_kin,
    is_script,
    is_server_of,
    services_of,
    speaks_for,
)

LAST_WORDS = 15.0
"""Seconds before PID 1 says that a unit failed in which its scripts say why."""
AFTERWARDS = 2.0
JOB = "job-of-a-unit"
"""The rule that tells when a unit ran, where that may matter."""
SHORTEST_WORD = 3
OF_ITSELF = frozenset(("bad-config", "missing-path", "missing-setting", "permission", "port-in-use", "wrong-address"))
_BY_ITSELF = re.compile(r"exit-code|code=exited")
_OF_A_SIGNAL = re.compile(r"status=1(?:3[0-9]|4[0-9])\b")
"""Statuses with which a shell passes on that its child was killed."""


def adopter(triggers: Sequence[Trigger], units: Units) -> Callable[[Trigger], str]:
    """Of a trigger from log text whose subject is a program: its unit, or "" where nothing tells.

    By name: `nginx` is nginx.service if somebody speaks of that one; NixOS's `shop-start` is shop.service; `mariadbd`
    is the failing mariadb.service. Else by the moment: the one unit that PID 1 calls failed right after, for no
    reason that is known, where the end is one that this reason brings, and no other service is the program's own; or
    the one job that ran at that time and shares a word with the program.
    """
    named = {trigger.subject for trigger in triggers}
    failed, jobs = _failed(triggers), [trigger for trigger in triggers if trigger.rule == JOB]

    def unit_of(trigger: Trigger) -> str:
        program = trigger.subject
        if not is_from_log(trigger) or is_unit(program):
            return ""
        nearby = failed.get(trigger.host, {})
        if program in NOBODYS:
            # Of itself a server speaks where it does not start, and not where somebody is at its door.
            return _server_of(program, nearby) if trigger.cause in OF_ITSELF else ""
        for name in services_of(program):
            if name in named or units.get(name):
                return name
        return (
            _kin(program, nearby)
            or _server_of(program, nearby)
            or _of_this_host(program, units)
            or _at_that_moment(trigger, nearby)
            or _job_of(trigger, jobs)
        )

    return unit_of


def _failed(triggers: Iterable[Trigger]) -> Mapping[str, Mapping[str, list[Trigger]]]:
    """Host → service → what PID 1's lines in log text say of it."""
    failed: dict[str, dict[str, list[Trigger]]] = defaultdict(lambda: defaultdict(list))
    for trigger in triggers:
        if is_from_log(trigger) and trigger.subject.endswith(".service") and trigger.rule != JOB:
            failed[trigger.host][trigger.subject].append(trigger)
    return failed


def _kin(program: str, failed: Mapping[str, object]) -> str:
    """The one failing unit whose name is the program's, give or take an ending: mariadbd, postgres, php-fpm8.2."""
    alike = [unit for unit in failed if is_kin(program, unit)]
    return alike[0] if len(alike) == 1 else ""


def _server_of(program: str, failed: Mapping[str, object]) -> str:
    """The one failing unit that is a well-known server's by a piece of its name: dhcpd of isc-dhcp-server.service."""
    theirs = [unit for unit in failed if is_server_of(program, unit)]
    return theirs[0] if len(theirs) == 1 else ""


def _of_this_host(program: str, units: Units) -> str:
    """The one service of that name which fails, else the one which runs: its error log lies beside the journal."""
    alike = [unit for unit in units.all() if unit.name.endswith(".service") and is_kin(program, unit.name)]
    for chosen in ([u for u in alike if is_failing(u)], [u for u in alike if u.main_pid]):
        if chosen:
            return chosen[0].name if len(chosen) == 1 else ""
    return ""


def _at_that_moment(trigger: Trigger, failed: Mapping[str, Sequence[Trigger]]) -> str:
    if trigger.cause in DEPENDENT or family(trigger.cause) not in (UNIT_FAILURE, *HOST_WIDE):
        return ""
    ended = {unit: theirs for unit, theirs in failed.items() if any(end.cause not in DEPENDENT for end in theirs)}
    near = [unit for unit, theirs in ended.items() if any(_is_last_word(trigger, end) for end in theirs)]
    if len(near) != 1 or not _may_have_ended(trigger, near[0], ended[near[0]]):
        return ""
    # A unit that has spoken for itself needs nobody else's reason; what is said after its end may be a consequence.
    ends = ended[near[0]]
    own = any(speaks_for(event.subject, near[0]) for end in ends for event in end.words)
    return "" if own and trigger.first < min(end.first for end in ends) else near[0]


def _may_have_ended(trigger: Trigger, unit: str, ends: Sequence[Trigger]) -> bool:
    """Whether these words can be why the unit ended: a process that the kernel killed or that crashed did not exit."""
    if not all(end.cause in SYMPTOMS for end in ends) or has_own_service(trigger.subject, unit):
        return False
    kernels = any(event.subject == "kernel" for event in trigger.events) and trigger.cause in ("oom", "crash")
    return not kernels or not all(_exited(end) for end in ends)


def _exited(end: Trigger) -> bool:
    return _BY_ITSELF.search(end.sample) is not None and not _OF_A_SIGNAL.search(end.sample)


def _job_of(trigger: Trigger, jobs: Sequence[Trigger]) -> str:
    """A script of `restic-all.service` calls itself `all` or `backup-all.sh`: the job's name or description has it."""
    words = _words(trigger.subject)
    ran = {
        job.subject
        for job in jobs
        if job.host == trigger.host
        and job.first <= trigger.first <= job.last + LAST_WORDS
        and words & _words(f"{job.subject.removesuffix('.service')} {job.fields.get('about', '')}")
    }
    return ran.pop() if len(ran) == 1 else ""


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) >= SHORTEST_WORD}


def _is_last_word(trigger: Trigger, end: Trigger) -> bool:
    """Said right before one of the unit's ends, of which the first and the last are known each by itself."""
    before = LAST_WORDS if is_script(trigger.subject) else LAST_WORDS_OF_A_STRANGER
    times = (trigger.first, trigger.last, *(event.at for event in trigger.events))
    ended = (end.first, end.last, *(event.at for event in end.events))
    return any(then - before <= word <= then + AFTERWARDS for word in times for then in ended)
