"""What polkit is to grant the gate: exactly the verbs that the gate may come to permit itself, by its own word (R38).

Not part of the gate's process: `policy apply` asks it, and polkit's rules are written from the answer.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from stillwatch.gate.change.action import Risk
from stillwatch.gate.declared import Lock, Placed, Releases, RestorableFile, Runbook
from stillwatch.gate.policy import HOST_STATES, RISKS, Policy, PolicyCase, decide, protected_among, touching
from stillwatch.unit.names import Names, may_be_changed
from stillwatch.unit.protected import protected_by
from stillwatch.unit.transaction import Verb

Along = Mapping[tuple[str, str], Iterable[tuple[Verb, Names]]]
VERBS: Final[Mapping[str, tuple[tuple[Verb, ...], tuple[Verb, ...], bool]]] = {
    "start_unit": (("start",), ("stop",), False),
    "stop_unit": (("stop",), ("start",), False),
    "restart_unit": (("restart", "start"), (), True),
    "reload_unit": (("reload",), (), False),
    "reset_failed": ((), (), True),
}
"""What each action needs of PID 1, what taking it back needs, and whether it forgets a failure."""


def granted(
    policy: Policy, units: Mapping[str, Names] | Iterable[str], along: Along | None = None
) -> dict[str, tuple[str, ...]]:
    """Unit → verbs. units: those of this host, with all their names and relatives where these are known;

    along: what is done along with a verb on one of them as the host is now (R35), which the policy has to permit too.
    """
    known = units if isinstance(units, Mapping) else {unit: Names.of((unit,)) for unit in units}
    found = {}
    for unit in sorted(set(known) | _declared_units(policy)):
        names = known.get(unit) or Names.of((unit,))
        if may_be_changed(unit) and "@." not in unit and not protected_by(names.relatives, policy.protected):
            cases = (
                (verb, _with(case, (along or {}).get((verb, unit), ()), policy)) for verb, case in _cases(policy, names)
            )
            verbs = {verb for verb, case in cases if _may_happen(policy, case)}
            if verbs:
                found[unit] = tuple(sorted(verbs))
    return found


def _with(case: PolicyCase, others: Iterable[tuple[Verb, Names]], policy: Policy) -> PolicyCase:
    """The same with all else that is touched."""
    near = tuple(others)
    touches = [touching(verb, names, case.action, undo=case.undo) for verb, names in near]
    more = tuple(one for one in touches if one)
    return replace(case, touches=(*case.touches, *more), protected=protected_among(more, policy))


def _declared_units(policy: Policy) -> set[str]:
    tables: tuple[tuple[Runbook | RestorableFile | Lock | Releases, ...], ...] = (
        policy.runbooks, policy.cleaners, policy.jobs, policy.files, policy.locks, policy.releases,
    )  # fmt: skip
    return {one.unit for table in tables for one in table}


def _cases(policy: Policy, names: Names) -> Iterator[tuple[str, PolicyCase]]:
    """Every verb with every case in which the gate would use it on this unit."""
    for action, (verbs, back, forgets) in VERBS.items():
        for verb in verbs:
            yield verb, _of_unit(action, names, verb)
        for verb in back:
            yield verb, _of_unit(action, names, verb, undo=True)
        if forgets:
            yield "reset-failed", _of_unit(action, names, "start" if verbs else None)
    if any(one.unit in names.own for one in (*policy.runbooks, *policy.cleaners)):
        yield "start", _of_unit("run_runbook", names, "start")
    if any(one.unit in names.own for one in policy.jobs):
        yield "start", _of_unit("run_job", names, "start")
    mended = [_of_unit("terminate_process", names, "start")]
    mended += [_of_entry("restore_file", one, names) for one in policy.files if one.unit in names.own]
    mended += [_of_entry("remove_stale_lock", one, names) for one in policy.locks if one.unit in names.own]
    mended += [_of_entry("repoint_symlink", one, names) for one in policy.releases if one.unit in names.own]
    mended += [_of_entry("repair_ownership", one, names, named=True) for one in policy.ownership]
    for case in mended:
        yield from (("start", case), ("reset-failed", case))


def _of_unit(action: str, names: Names, verb: Verb | None, *, undo: bool = False) -> PolicyCase:
    also = touching(verb, names, action, itself=True, undo=undo) if verb else None
    touches = (also,) if also else ()
    return PolicyCase(
        action=action, names=names.own, relatives=names.relatives, risk="low", undo=undo, touches=touches, cause="seen"
    )


def _of_entry(action: str, entry: Placed, names: Names, *, named: bool = False) -> PolicyCase:
    about = (entry.name, entry.path)
    also = touching("start", names, action, named=named)
    return PolicyCase(
        action=action, names=about, relatives=about, risk="low", touches=(also,) if also else (), cause="seen"
    )


def _may_happen(policy: Policy, case: PolicyCase) -> bool:
    """Whether the gate permits it, by itself or after approval, in any state of things that its rules tell apart."""
    return any(decide(policy, one, "auto-full").verdict != "refuse" for one in _states(policy, case))


def _states(policy: Policy, case: PolicyCase) -> Iterator[PolicyCase]:
    risks: tuple[Risk, ...] = RISKS if any(rule.risk is not None for rule in policy.rule) else ("low",)
    hosts = HOST_STATES if any(rule.host is not None for rule in policy.rule) else ("unknown",)
    causes = ("", "seen") if any(rule.cause is not None for rule in policy.rule) else ("seen",)
    hours = "".join(rule.hours or "" for rule in policy.rule)
    minutes = {0, *((int(hour) * 60 + int(minute)) % 1440 for hour, minute in re.findall(r"(\d\d):(\d\d)", hours))}
    for risk, host, cause, minute in itertools.product(risks, hosts, causes, sorted(minutes)):
        yield replace(case, risk=risk, host_state=host, cause=cause, minute=minute)
