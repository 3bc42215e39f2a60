"""What the gate itself reads about a proposal before it decides: nothing here changes anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from stillwatch.config import Autonomy
from stillwatch.gate.backups import stale_backups
from stillwatch.gate.change.action import Absent, Action, BlastRadius, Change, Precondition, Refused, World
from stillwatch.gate.change.declared_entry import loaded
from stillwatch.gate.change.undo import Made, Undo
from stillwatch.gate.policy import LEVELS, Case, Policy, bound_hash, decide, raised_risk
from stillwatch.gate.protocol import in_short
from stillwatch.gate.units import same_unit
from stillwatch.records.action import Decision
from stillwatch.unit.names import may_be_named
from stillwatch.unit.protected import protected_by

DEADLINE: Final = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The state of things at one moment. hash: what an approval binds; missing: what this host does not have."""

    action: Action
    change: Change
    case: Case
    now: Precondition
    blast: BlastRadius = field(default_factory=BlastRadius)
    hash: str = ""
    missing: tuple[str, ...] = ()


class Judge:
    """host: what tells this machine from others (its machine-id), bound into every approval.

    made: the change of an id, as the gate's book has it; None where there is no such, or no book.
    """

    def __init__(self, world: World, catalogue: Mapping[str, Action], host: str) -> None:
        self.world, self.catalogue, self.host = world, catalogue, host
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
        await action.check_target(self.world, change)
        if may_be_named(change.target):
            change = replace(change, target=(await loaded(self.world, change.target)).name)
        now = await action.precondition(self.world, change)
        meant, doer = (action.made.change, action.made.action) if isinstance(action, Undo) else (change, action)
        blast = await doer.blast_radius(self.world, meant, undo=doer is not action)
        names = await self._names(meant.target)
        touched = {name for unit in (*now.touches, *blast.dependants) for name in await same_unit(self.world.bus, unit)}
        stale = await stale_backups(self.world, meant.target, (*names, *touched))
        blast = replace(blast, stale=stale, said="; ".join(filter(None, (blast.said, *stale))))
        case = Case(
            action=meant.action,
            undo=doer is not action,
            names=names,
            risk=raised_risk(action.risk, blast),
            cause=now.cause,
            protected=protected_by((*names, *sorted(touched)), policy.protected),
            host_state=await self._host_state(policy),
            minute=minute_of_day(self.world.clock.now()),
        )
        digest = bound_hash(plain(change), self.host, policy.version, now.facts)
        return Reading(action=action, change=change, case=case, now=now, blast=blast, hash=digest)

    async def explain(self, policy: Policy, name: str, target: str, arguments: Mapping[str, object]) -> Reading:
        """As `read`; a target that this host lacks is judged by its words and reported in `missing`."""
        try:
            return await self.read(policy, name, target, arguments)
        except Absent as absent:
            action, change = self.decode(name, target, arguments)
            words = (target, *(value for value in arguments.values() if isinstance(value, str)))
            protected = protected_by(words, policy.protected)
            minute = minute_of_day(self.world.clock.now())
            case = Case(action=name, names=(target,), risk=action.risk, protected=protected, minute=minute)
            now = Precondition(ok=False, reason=str(absent))
            return Reading(action=action, change=change, case=case, now=now, missing=(absent.name,))

    async def _names(self, target: str) -> tuple[str, ...]:
        return await same_unit(self.world.bus, target) if may_be_named(target) else (target,)

    async def _host_state(self, policy: Policy) -> str:
        """Asked only where a rule wants to know."""
        return await self.world.bus.system_state() if any(rule.host for rule in policy.rule) else "unknown"


def plain(change: Change) -> dict[str, Any]:
    """The typed change as JSON: what is stored, hashed and shown, defaults filled in."""
    return {"action": change.action, "target": change.target, "arguments": msgspec.to_builtins(change.arguments)}


def told(decision: Decision) -> dict[str, str]:
    return {"verdict": decision.verdict, "rule": decision.rule, "reason": decision.reason}


def minute_of_day(now: float) -> int:
    """Local minute, for rules with `hours`."""
    local = time.localtime(now)
    return local.tm_hour * 60 + local.tm_min


def explained(policy: Policy, reading: Reading, level: Autonomy) -> dict[str, Any]:
    """The JSON of `explain action` (CONTRACT), with the blast radius and what would be measured."""
    verdicts: dict[str, Decision] = {each: decide(policy, reading.case, each) for each in LEVELS}
    return {
        **told(verdicts[level]),
        "risk": reading.case.risk,
        "argv": None,
        "missing": list(reading.missing),
        "by_autonomy": {each: told(verdict) for each, verdict in verdicts.items()},
        "does": reading.action.describe(reading.change),
        "blast_radius": reading.blast.said,
        "success": reading.action.success_test(reading.change),
        "now": {"ok": reading.now.ok, "reason": reading.now.reason, "cause": reading.now.cause},
    }


def refused_explanation(refused: Refused) -> dict[str, Any]:
    """The same JSON for what cannot even be judged: refused at every level."""
    said = {"verdict": "refuse", "rule": "schema", "reason": str(refused)}
    return {**said, "risk": "high", "argv": None, "missing": [], "by_autonomy": dict.fromkeys(LEVELS, said)}
