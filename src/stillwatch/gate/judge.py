"""What the gate itself reads about a proposal before it decides: nothing here changes anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Final

import msgspec

from stillwatch.config import Autonomy
from stillwatch.gate.backups import stale_backups
from stillwatch.gate.blast import blast_radius
from stillwatch.gate.change.action import (
    Absent,
    Action,
    BlastRadius,
    Change,
    HostAccess,
    NotInstalled,
    Precondition,
    Refused,
)
from stillwatch.gate.change.undo import Made, Undo
from stillwatch.gate.declared import places
from stillwatch.gate.policy import (
    LEVELS,
    Policy,
    PolicyCase,
    Touch,
    bound_hash,
    decide,
    protected_among,
    raised_risk,
    touching,
)
from stillwatch.gate.protocol import in_short
from stillwatch.gate.units import names_of, names_of_any
from stillwatch.records.action import Decision
from stillwatch.unit.names import Names, may_be_named
from stillwatch.unit.protected import carries, protected_by
from stillwatch.unit.transaction import Effects, Job

DEADLINE: Final = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The state of things at one moment. hash: what an approval binds; missing: what this host does not have;

    things: what is changed first, then the units that PID 1 would be told about, and the others that would go down or
    that the proposer named (R36); along: all else that PID 1 may do, to units and to the host.
    """

    action: Action
    change: Change
    case: PolicyCase
    now: Precondition
    blast: BlastRadius = field(default_factory=BlastRadius)
    hash: str = ""
    missing: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    along: tuple[str, ...] = ()


class Carriers(msgspec.Struct, frozen=True):
    """What the peek program answers: units with the reason, and the interfaces of the default routes."""

    units: dict[str, str] = {}
    uplinks: tuple[str, ...] = ()


class Same(msgspec.Struct, frozen=True):
    """What the peek program answers: all declared paths of one place."""

    paths: tuple[str, ...]


class Judge:
    """host: what tells this machine from others (its machine-id), bound into every approval.

    made: the change of an id, as the gate's book has it; None where there is no such, or no book.
    """

    def __init__(self, access: HostAccess, catalogue: Mapping[str, Action], host: str) -> None:
        self.access, self.catalogue, self.host = access, catalogue, host
        self.made: Callable[[str], Made | None] = lambda _: None

    def decode(self, name: str, target: str, arguments: Mapping[str, object]) -> tuple[Action, Change]:
        """The action and the typed change. Raises Refused on an unknown action or an argument outside its schema."""
        action = self.catalogue.get(name)
        if action is None:
            raise Refused("no such action")
        try:
            typed = msgspec.convert(dict(arguments), action.arguments)
        except msgspec.ValidationError as error:
            raise Refused(f"{name}: {in_short(error)}") from error
        if isinstance(action, Undo):
            action = Undo(target, self.made(target))
        return action, Change(action=name, target=target, arguments=typed)

    async def read(self, policy: Policy, name: str, target: str, arguments: Mapping[str, object]) -> Reading:
        """Everything a decision needs, read now. Raises Refused on anything odd, unreadable or late (R7)."""
        action, change = self.decode(name, target, arguments)
        try:
            async with asyncio.timeout(DEADLINE):
                return await self._read(policy, action, change)
        except Refused:
            raise
        except TimeoutError as error:
            raise Refused(f"the state could not be read within {DEADLINE:.0f} s") from error
        except Exception as error:
            raise Refused(f"the state could not be read: {in_short(error)}") from error

    async def _read(self, policy: Policy, action: Action, change: Change) -> Reading:
        await action.check_target(self.access, change)
        change = await action.canonical(self.access, change)
        now = await action.precondition(self.access, change)
        meant, doer = (action.made.change, action.made.action) if isinstance(action, Undo) else (change, action)
        jobs = await doer.jobs(self.access, meant, now.facts, undo=doer is not action)
        effects = await self.access.bus.effects(jobs) if jobs else Effects()
        blast = await blast_radius(self.access, jobs, effects)
        names = await self._names(doer.about(self.access, meant))
        touches = await self._touches(doer, meant, names, jobs, effects, undo=doer is not action)
        near = {name for unit in now.touches for name in (await names_of(self.access.bus, unit)).relatives}
        what = thing(now.facts, change.target)
        same = await self._same(what)
        near |= {word for one in places(self.access.declared) if one[1] in same for word in one} - set(names.own)
        stale = await stale_backups(self.access, (*same, *_all_names(names, touches, near)))
        blast = replace(blast, stale=stale, said="; ".join(filter(None, (blast.said, *stale))))
        case = PolicyCase(
            action=meant.action,
            undo=doer is not action,
            names=names.own,
            relatives=tuple(sorted({*names.relatives, *near})),
            touches=touches,
            risk=raised_risk(action.risk, blast),
            cause=now.cause,
            protected=protected_by((*names.relatives, *sorted(near)), policy.protected)
            or protected_among(touches, policy)
            or await self._carries({*names.own, *near, *(touch.unit for touch in touches)}, effects),
            host_state=await self._host_state(policy),
            minute=minute_of_day(self.access.clock.now()),
        )
        digest = bound_hash(plain(change), self.host, policy.version, now.facts)
        asked_for = [known.name if (known := await self.access.bus.unit(unit)) else unit for _, unit in jobs]
        things = (*same, *asked_for, *(touch.unit for touch in touches if touch.needs))
        return Reading(
            action=action,
            change=change,
            case=case,
            now=now,
            blast=blast,
            hash=digest,
            things=tuple(dict.fromkeys(things)),
            along=(*blast.dire, *(f"{touch.action} {touch.unit}" for touch in touches)),
        )

    async def _touches(
        self, doer: Action, meant: Change, names: Names, jobs: Collection[Job], effects: Effects, *, undo: bool
    ) -> tuple[Touch, ...]:
        """All that PID 1 would do beside what the action itself is called."""
        named = {value for value in msgspec.to_builtins(meant.arguments).values() if isinstance(value, str)}
        found = []
        for verb, unit in sorted({*jobs, *effects.jobs}):
            itself = unit in names.own
            if (verb, unit) not in jobs if itself else verb == "stop" and unit not in effects.up:
                continue
            if any(fnmatchcase(unit, one) for one in doer.meant(self.access, meant)):
                continue
            each = await names_of_any(self.access.bus, unit)
            found.append(touching(verb, each, meant.action, unit=unit, itself=itself, undo=undo, named=unit in named))
        return tuple(touch for touch in found if touch)

    async def explain(self, policy: Policy, name: str, target: str, arguments: Mapping[str, object]) -> Reading:
        """As `read`; a target that this host lacks is judged by its words and reported in `missing`."""
        try:
            return await self.read(policy, name, target, arguments)
        except Absent as absent:
            action, change = self.decode(name, target, arguments)
            words = (target, *(value for value in arguments.values() if isinstance(value, str)))
            protected = protected_by(words, policy.protected)
            minute = minute_of_day(self.access.clock.now())
            case = PolicyCase(action=name, names=(target,), risk=action.risk, protected=protected, minute=minute)
            now = Precondition(ok=False, reason=str(absent))
            return Reading(action=action, change=change, case=case, now=now, missing=(absent.name,))

    async def names_for(self, given: str) -> list[str]:
        """The things that a person's word for one may mean: a unit by another name, a declared entry by its own."""
        meant = [path for one in places(self.access.declared) if given in one for path in await self._same(one[1])]
        unit = await self.access.bus.unit(given) if may_be_named(given) else None
        return [*dict.fromkeys(meant), *([unit.name] if unit else [])]

    async def _same(self, what: str) -> tuple[str, ...]:
        """What is changed, under all paths that the policy file has for it: a folder may be mounted twice (R36)."""
        declared = {path for _, path in places(self.access.declared)}
        if what not in declared or len(declared) == 1:
            return (what,)
        try:
            return tuple(
                sorted({what, *msgspec.convert(await self.access.peek({"see": "same", "path": what}), Same).paths})
            )
        except NotInstalled:
            return (what,)

    async def _carries(self, names: Collection[str], effects: Effects) -> str:
        """The unit, with the reason, that is protected by what it does whatever it is called (R40); "" if none is.

        What hangs on a unit is read off the kernel where something would go down.
        """
        down = {unit for unit in effects.of("stop", "restart", "reload") if unit in effects.up}
        known = await self._carriers() if down else Carriers()
        for name in sorted(names):
            unit = await self.access.bus.unit(name) if may_be_named(name) else None
            why = (known.units.get(name, "") if name in down else "") or (carries(unit, known.uplinks) if unit else "")
            if why:
                return f"{name} ({why})"
        return ""

    async def _carriers(self) -> Carriers:
        try:
            return msgspec.convert(await self.access.peek({"see": "carriers"}), Carriers)
        except NotInstalled:
            return Carriers()

    async def _names(self, about: Sequence[str]) -> Names:
        # That it is here, or is masked as it should be, the action has checked.
        units = [await names_of_any(self.access.bus, one) for one in about if may_be_named(one)]
        own = {*about, *(name for unit in units for name in unit.own)}
        return Names.of(own, (name for unit in units for name in unit.relatives))

    async def _host_state(self, policy: Policy) -> str:
        """Asked only where a rule wants to know."""
        return await self.access.bus.system_state() if any(rule.host for rule in policy.rule) else "unknown"


def _all_names(names: Names, touches: Sequence[Touch], more: Collection[str]) -> tuple[str, ...]:
    return (*names.relatives, *(name for touch in touches for name in touch.relatives), *more)


def thing(facts: Mapping[str, object], target: str) -> str:
    """What is changed, whatever it was called: a path, a unit, or what the target says (R36)."""
    return str(facts.get("path") or facts.get("directory") or facts.get("unit") or target)


def plain(change: Change) -> dict[str, Any]:
    """The typed change as JSON: what is stored, hashed and shown, defaults filled in."""
    return {"action": change.action, "target": change.target, "arguments": msgspec.to_builtins(change.arguments)}


def decided(decision: Decision) -> dict[str, str]:
    return {"verdict": decision.verdict, "rule": decision.rule, "reason": decision.reason}


def minute_of_day(now: float) -> int:
    """Local minute, for rules with `hours`."""
    local = time.localtime(now)
    return local.tm_hour * 60 + local.tm_min


def explained(policy: Policy, reading: Reading, level: Autonomy) -> dict[str, Any]:
    """The JSON of `explain action` (CONTRACT), with the blast radius and what would be measured."""
    verdicts: dict[str, Decision] = {each: decide(policy, reading.case, each) for each in LEVELS}
    return {
        **decided(verdicts[level]),
        "risk": reading.case.risk,
        "argv": None,
        "missing": list(reading.missing),
        "by_autonomy": {each: decided(verdict) for each, verdict in verdicts.items()},
        "does": reading.action.describe(reading.change),
        "blast_radius": reading.blast.said,
        "success": reading.action.success_test(reading.change),
        "now": {"ok": reading.now.ok, "reason": reading.now.reason, "cause": reading.now.cause},
    }


def refused_explanation(refused: Refused) -> dict[str, Any]:
    """The same JSON for what cannot even be judged: refused at every level."""
    explanation = {"verdict": "refuse", "rule": "schema", "reason": str(refused)}
    return {
        **explanation,
        "risk": "high",
        "argv": None,
        "missing": [],
        "by_autonomy": dict.fromkeys(LEVELS, explanation),
    }
