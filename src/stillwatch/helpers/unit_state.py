"""PID 1 asked by the root program itself: whether a unit fails or is protected. The gate is not believed (R39)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from stillwatch.helpers.carriers import carriers
from stillwatch.helpers.child import program, run
from stillwatch.helpers.policyfile import protected_patterns
from stillwatch.helpers.request import RequestRefused
from stillwatch.unit.names import Names, listed, may_be_changed
from stillwatch.unit.protected import ACCESS_PROGRAMS, EXECUTED, protected_by, protected_from_start, runs
from stillwatch.unit.shown import PROTECTED_ANYWAY, SHOWN, absent, carried, names_told, shown
from stillwatch.unit.transaction import Effects, TooWide, Verb, effects

MOST_SHOWN: Final = 8_388_608
STATE: Final = (
    "Id", "Names", "LoadState", "ActiveState", "SubState", "NRestarts", "Triggers", "TriggeredBy", "UnitFileState",
    "FragmentPath", "DropInPaths", "UpheldBy",
)  # fmt: skip


def check_failing(unit: str) -> None:
    """Raises RequestRefused unless PID 1 says that the unit fails, and it is one that may be touched."""
    facts = check_unprotected(unit)
    again = facts.get("SubState") == "auto-restart" or facts.get("NRestarts", "0") != "0"
    if facts.get("ActiveState") != "failed" and not (facts.get("ActiveState") == "activating" and again):
        raise RequestRefused(f"PID 1 says that {unit} is {facts.get('ActiveState', 'unknown')}, not failed")


def check_unprotected(unit: str) -> Mapping[str, str]:
    """What PID 1 says of the unit. Raises RequestRefused where it is absent or protected, by the gate's own list."""
    facts = unit_facts(unit)
    if facts.get("LoadState") != "loaded":
        raise RequestRefused(f"there is no unit {unit[:80]}")
    names = Names.of(
        {unit, facts.get("Id", unit), *listed(facts.get("Names", ""))},
        listed(f"{facts.get('Triggers', '')} {facts.get('TriggeredBy', '')}"),
    )
    if protected := protected_by(names.relatives, protected_patterns()):
        raise RequestRefused(f"{protected} is protected")
    if ran := runs((facts.get(name, "") for name in EXECUTED), ACCESS_PROGRAMS):
        raise RequestRefused(f"{unit} is protected: it runs {min(ran)}")
    return facts


class _Host(dict[str, dict[str, Any]]):
    """Any name of a unit → what PID 1 says of it: of all that is loaded at first, of others one by one."""

    async def facts(self, name: str) -> Mapping[str, Any]:
        for ask in () if name in self else (("*",) if not self else ()) + (name,):
            if name not in self:
                ended = run(
                    [program("systemctl"), "show", "--no-pager", SHOWN, "--", ask], seconds=10, limit=MOST_SHOWN
                )
                if ended.code != 0 or ended.truncated:
                    raise RequestRefused("PID 1 does not say what hangs together")
                self.update((one, block) for names, block in shown(ended.text) for one in names)
        return self.setdefault(name, absent(name))


def check_effect(verb: Verb, unit: str, *, meant: Collection[str] = ()) -> None:
    """R35, as the gate judges it: raises RequestRefused where PID 1 would come to stop, restart, reload or start
    something protected with the verb. meant: names and patterns of what that may do this to though it is protected."""
    import asyncio  # dear, and the peek program starts anew for each question and never comes here

    try:
        asyncio.run(_foreseen(verb, unit, meant))
    except TooWide as error:
        raise RequestRefused(str(error)) from error


async def _foreseen(verb: Verb, unit: str, meant: Collection[str]) -> None:
    host = _Host()
    seen = await effects([(verb, unit)], host.facts)
    if seen.isolates:
        raise RequestRefused(f"all other units would stop: {seen.isolates[0]} isolates what is started when it ends")
    more = protected_patterns()
    for then, other in sorted(job for job in seen.jobs if job[0] == "start" or job[1] in seen.up):
        if any(fnmatchcase(other, one) for one in meant):
            continue
        by_name = protected_from_start if then == "start" else protected_by
        names = [name for name in (await names_told(host.facts, other)).relatives if name != PROTECTED_ANYWAY]
        ran = carried(host[other])
        protected = by_name(names, more) or (f"{other} ({ran})" if ran else "")
        if protected:
            raise RequestRefused(f"{protected} is protected, and {verb} {unit} would {then} it")
    _check_carriers(seen, host, f"{verb} {unit}")


def _check_carriers(seen: Effects, known: Mapping[str, Mapping[str, Any]], doing: str) -> None:
    """R40, as the gate judges it: what hangs on a unit is read off the kernel where something would go down."""
    down = [unit for unit in seen.of("stop", "restart", "reload") if unit in seen.up]
    role = carriers() if down else {"units": {}, "uplinks": []}
    for unit in down:
        if why := role["units"].get(unit) or carried(known[unit], tuple(role["uplinks"])):
            raise RequestRefused(f"{unit} ({why}) is protected, and {doing} would take it down")


def unit_facts(unit: str) -> dict[str, str]:
    """Raises RequestRefused where the name is none or PID 1 does not answer."""
    if not may_be_changed(unit):
        raise RequestRefused(f"{unit[:80]!r} is not the name of a unit")
    properties = f"--property={','.join((*STATE, *EXECUTED))}"
    ended = run([program("systemctl"), "show", "--no-pager", properties, "--", unit], seconds=10, limit=65_536)
    if ended.code != 0:
        raise RequestRefused(f"PID 1 does not say how {unit} is")
    return dict(line.split("=", 1) for line in ended.text.splitlines() if "=" in line)
