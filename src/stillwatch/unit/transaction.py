"""What PID 1 would do with a verb (R35): its transaction by the rules of systemd.unit(5), and what follows of it.

There is no dry run to ask for, so this computes it from the units' properties: never less than PID 1 would do, which
tests/gate/test_transactions.py holds against real jobs on generated units. Where PID 1 would drop one of two jobs that
conflict, both are told.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from stillwatch.errors import StillwatchError
from stillwatch.unit.protected import EXECUTED, runs

Verb = Literal["start", "stop", "restart", "reload"]
Job = tuple[Verb, str]
Facts = Callable[[str], Awaitable[Mapping[str, Any]]]

MOST_UNITS: Final = 2_000
PULLED_IN: Final = ("Requires", "BindsTo", "Wants", "Upholds")
IN_CONFLICT: Final = ("Conflicts", "ConflictedBy")
STOP_WITH_IT: Final = ("RequiredBy", "BoundBy", "RequisiteOf", "ConsistsOf", "PropagatesStopTo")
FOLLOWED_BY: Final = {"OnFailure": "OnFailureJobMode", "OnSuccess": "OnSuccessJobMode"}
HOST_PROGRAMS: Final = frozenset((
    "reboot", "poweroff", "halt", "shutdown", "telinit", "init", "runlevel", "kexec", "systemctl", "loginctl",
    "machinectl", "busctl", "dbus-send", "gdbus", "qdbus", "systemd-run", "service", "invoke-rc.d", "rc-service",
    "initctl", "sysrq-trigger", "rtcwake", "pm-suspend", "pm-hibernate", "killall5", "run0", "varlinkctl",
))  # fmt: skip
"""What PID 1 cannot foretell: programs by which a unit itself tells PID 1, or the whole host, what to do."""
_SIGNALS_PID_1: Final = re.compile(r"(?<![\w.-])kill\s(?:[^;&|]*\s)?1(?![\w./:-])")
"""A signal to PID 1 is an order as well (systemd(1), SIGNALS)."""
_INIT_SCRIPT: Final = re.compile(r"/etc/(?:rc\.d/)?init\.d/([\w.-]+)")
"""So is the script of another service."""
IDLE: Final[Mapping[Verb, tuple[str, ...]]] = {
    "start": ("active", "reloading", "refreshing"),
    "stop": ("inactive", "failed"),
    "restart": (),
    "reload": ("inactive", "failed"),
}
"""Where a verb changes nothing."""
Links = tuple[tuple[Verb, tuple[str, ...]], ...]
STARTING: Final[Links] = (("start", PULLED_IN), ("stop", IN_CONFLICT))
TAKES: Final[Mapping[Verb, Links]] = {
    "start": STARTING,
    "stop": (("stop", STOP_WITH_IT),),
    "restart": (*STARTING, ("restart", STOP_WITH_IT)),
    "reload": (("reload", ("PropagatesReloadTo",)),),
}
"""What a job takes with it into its transaction: a verb for the units that these properties name."""
STARTED: Final[Links] = (("start", ("Triggers",)), ("stop", ("BoundBy", "PropagatesStopTo")))
VERIFIED: Final[Links] = (("start", ("Requisite",)),)
STOPPED: Final[Links] = (("stop", (*PULLED_IN, "Requisite")),)
ENDED: Final[Links] = (("start", tuple(FOLLOWED_BY)),)
LEAVES: Final[Mapping[Verb, Links]] = {
    "start": (*ENDED, *STARTED),
    "stop": (*ENDED, *STOPPED),
    "restart": (*ENDED, *STARTED, *STOPPED),
    "reload": ENDED,
}
"""What may follow once it has run, or fails, or ends; of what was needed, only units with StopWhenUnneeded=."""
RELATIONS: Final = tuple(
    sorted(
        {kind for links in (*TAKES.values(), *LEAVES.values(), VERIFIED) for _, kinds in links for kind in kinds}
        | {"BindsTo", "UpheldBy"}
    )
)
"""All properties of a unit that name others, as far as they are followed here."""


class TooWide(StillwatchError):
    """More units hang together than are looked through."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effects:
    """jobs: all that PID 1 may come to do, what was asked for included; up: those of their units that run now;

    dire: what may happen to the host ("SuccessAction=poweroff of off.service", "off.service runs reboot");
    isolates: units that stop all others.
    """

    jobs: frozenset[Job] = frozenset()
    up: frozenset[str] = frozenset()
    dire: tuple[str, ...] = ()
    isolates: tuple[str, ...] = ()

    def of(self, *verbs: Verb) -> tuple[str, ...]:
        return tuple(sorted({unit for verb, unit in self.jobs if verb in verbs}))


async def effects(requested: Iterable[Job], facts: Facts) -> Effects:
    """facts: all properties of a unit by its name. Raises TooWide beyond MOST_UNITS units."""
    units = _Units(facts)
    first = [(verb, await units.canonical(name)) for verb, name in requested]
    jobs = await _followed(first, units)
    while rising := {unit for verb, unit in jobs if verb in ("start", "restart")} - units.rising:
        units.rising |= rising
        jobs = await _followed(first, units)
    touched = sorted({unit for _, unit in jobs})
    return Effects(
        jobs=frozenset(jobs),
        up=frozenset(unit for unit in touched if units.up(unit)),
        dire=tuple(effect for unit in touched for effect in units.dire(unit)),
        isolates=tuple(unit for unit in touched if units.isolates(unit)),
    )


async def _followed(requested: Iterable[Job], units: _Units) -> set[Job]:
    """What was asked for, and all that may follow of it."""
    todo = list(requested)
    begun: set[Job] = set()
    jobs: set[Job] = set(todo)
    while todo:
        first = todo.pop()
        if first not in begun:
            begun.add(first)
            seen = await _transaction(first, units)
            jobs |= seen
            todo += [after for job in seen for after in await units.after(*job)]
    return jobs


async def _transaction(first: Job, units: _Units) -> set[Job]:
    """The jobs that PID 1 would queue for one request.

    Those that change nothing are dropped, with what only they pulled in; the request itself stays where it is.
    """
    pulled_by: dict[Job, set[Job]] = {first: set()}
    todo = [first]
    while todo:
        job = todo.pop()
        for other in await units.taken(*job):
            if other not in pulled_by:
                pulled_by[other] = set()
                todo.append(other)
            pulled_by[other].add(job)
    busy = {unit for verb, unit in pulled_by if (verb, unit) == first or units.changes(verb, unit)}
    kept = {job for job in pulled_by if job[1] in busy}
    while loose := {job for job in kept if job != first and not pulled_by[job] & kept}:
        kept -= loose
    return {job for job in kept if units.changes(*job)}


class _Units(dict[str, Mapping[str, Any]]):
    """Canonical name → properties, read once. rising: what may have come up before a job that follows is run."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts
        self.rising: set[str] = set()

    async def canonical(self, name: str) -> str:
        seen = await self.facts(name)
        self[str(seen.get("Id", name))] = seen
        return str(seen.get("Id", name))

    async def linked(self, unit: str, links: Links) -> list[tuple[Verb, str, str]]:
        """(verb, property, unit) for all that these properties name, each read."""
        found = [(verb, kind, other) for verb, kinds in links for kind in kinds for other in self[unit].get(kind) or ()]
        for _, _, other in found:
            if other not in self:
                if len(self) >= MOST_UNITS:
                    raise TooWide(f"more than {MOST_UNITS} units hang together")
                self[other] = await self.facts(other)
        return found

    async def taken(self, verb: Verb, unit: str) -> list[Job]:
        found = await self.linked(unit, TAKES[verb])
        return [(then, other) for then, _, other in found if then == "stop" or self.can(then, other)]

    async def after(self, verb: Verb, unit: str) -> list[Job]:
        found = await self.linked(unit, LEAVES[verb])
        if verb in ("start", "restart"):
            for _, _, needed in await self.linked(unit, VERIFIED):
                found += await self.linked(needed, ENDED) if self.may_lack(needed) else []
        mine: list[Job] = [("start", unit)] if verb == "stop" and self[unit].get("UpheldBy") else []
        bound = any(not self.up(other) for other in self[unit].get("BindsTo") or ())
        if verb != "stop" and (self[unit].get("StopWhenUnneeded") or bound):
            mine = [("stop", unit)]
        return mine + [(then, other) for then, kind, other in found if self.follows(then, kind, other)]

    def may_lack(self, unit: str) -> bool:
        """Whether the job by which PID 1 asks if a Requisite= is up may be failed by that of another unit."""
        return not self.up(unit) and any(self[unit].get(kind) for kind in ("Requires", "Requisite", "BindsTo"))

    def follows(self, verb: Verb, kind: str, unit: str) -> bool:
        if verb == "start":
            return self.can(verb, unit)
        return self.runs(unit) and (kind in STOP_WITH_IT or self[unit].get("StopWhenUnneeded") is True)

    def can(self, verb: Verb, unit: str) -> bool:
        """Whether PID 1 makes such a job at all: it starts what it could load, it restarts and reloads what runs."""
        return self[unit].get("LoadState", "loaded") == "loaded" if verb == "start" else self.runs(unit)

    def changes(self, verb: Verb, unit: str) -> bool:
        """Whether the job does anything; a unit with a job of its own may be anywhere by then."""
        pending = (self[unit].get("Job") or (0,))[0]
        return self[unit].get("ActiveState") not in IDLE[verb] or pending != 0 or unit in self.rising

    def up(self, unit: str) -> bool:
        return unit in self and self[unit].get("ActiveState") not in IDLE["stop"]

    def runs(self, unit: str) -> bool:
        return self.up(unit) or unit in self.rising

    def isolates(self, unit: str) -> bool:
        return any(self[unit].get(kind) and self[unit].get(mode) == "isolate" for kind, mode in FOLLOWED_BY.items())

    def dire(self, unit: str) -> Iterable[str]:
        for kind in sorted(kind for kind in self[unit] if kind.endswith("Action")):
            value = self[unit][kind]
            if isinstance(value, str) and value not in ("none", ""):
                yield f"{kind}={value} of {unit}"
        commands = (command for line in EXECUTED for command in self[unit].get(line) or ())
        lines = [" ".join((command[0], *command[1][1:])) for command in commands]
        yield from (f"{unit} runs {program}" for program in sorted(runs(lines, HOST_PROGRAMS)))
        yield from (f"{unit} signals PID 1" for line in lines if _SIGNALS_PID_1.search(line))
        scripts = {name for line in lines for name in _INIT_SCRIPT.findall(line)} - {
            unit,
            unit.removesuffix(".service"),
        }
        yield from (f"{unit} runs the script of {name}" for name in sorted(scripts))
