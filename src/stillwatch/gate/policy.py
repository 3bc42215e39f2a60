"""The policy file and the decision it gives: ordered rules, first match wins, the last is refuse. No side effects."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta

from stillwatch.config import Autonomy
from stillwatch.gate.change.action import BlastRadius, Refused, Risk
from stillwatch.gate.declared import Declared
from stillwatch.gate.trust import read_trusted
from stillwatch.host.auditlog import canonical
from stillwatch.records.action import ACTIONS, Decision, Verdict
from stillwatch.tables.problems import BadTable, read_table
from stillwatch.unit.names import Names
from stillwatch.unit.protected import protected_by, protected_from_start
from stillwatch.unit.transaction import Verb

VERDICTS: Final[tuple[Verdict, ...]] = ("refuse", "ask", "allow")
LEVELS: Final[tuple[Autonomy, ...]] = get_args(Autonomy)
RISKS: Final[tuple[Risk, ...]] = get_args(Risk)
HostState = Literal["initializing", "starting", "running", "degraded", "maintenance", "stopping", "unknown"]
HOST_STATES: Final[tuple[str, ...]] = get_args(HostState)
BUSY: Final = 10
"""Established connections from which on a change counts as riskier."""
DEFAULT: Final = Path(__file__).parent / "default_policy.toml"
Hours = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)\Z")]
Glob = Annotated[str, Meta(pattern=r"^[A-Za-z0-9:_.@*?/\\-]{1,255}\Z")]


class PolicyRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list that is left out matches anything, an empty one nothing (R37).

    cause: only with (true) or without (false) a cause that the gate itself read.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}\Z")]
    verdict: Verdict
    actions: tuple[str, ...] | None = None
    targets: tuple[Glob, ...] | None = None
    risk: tuple[Risk, ...] | None = None
    host: tuple[HostState, ...] | None = None
    cause: bool | None = None
    hours: Hours | None = None
    always_ask: bool = False
    reason: Annotated[str, Meta(max_length=200)] = ""

    def __post_init__(self) -> None:
        if unknown := set(self.actions or ()) - set(ACTIONS):
            raise ValueError(f"rule {self.name}: no action {sorted(unknown)[0]}")

    def matches(self, case: PolicyCase) -> bool:
        """Refusing heeds a unit's relatives, allowing and asking its own names alone."""
        names = (*case.names, *case.relatives) if self.verdict == "refuse" else case.names
        actions = (case.action, "undo") if case.undo else (case.action,)
        return (
            (self.actions is None or any(action in self.actions for action in actions))
            and (self.targets is None or any(fnmatchcase(name, glob) for name in names for glob in self.targets))
            and (self.risk is None or case.risk in self.risk)
            and (self.host is None or case.host_state in self.host)
            and (self.cause is None or self.cause == bool(case.cause))
            and (self.hours is None or _within(self.hours, case.minute))
        )

    @property
    def empty_list(self) -> str:
        """The name of a list with nothing in it, which is a mistake; "" if there is none."""
        return next((name for name in ("actions", "targets", "risk", "host") if getattr(self, name) == ()), "")


class Policy(Declared, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """policy.toml: the rules, what is protected beside the built-in set, and what is declared."""

    rule: tuple[PolicyRule, ...] = ()
    protected: tuple[Glob, ...] = ()

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rule]
        if len(set(names)) != len(names):
            raise ValueError("two rules have one name")


@dataclass(frozen=True, kw_only=True, slots=True)
class Touch:
    """Another unit that the change would touch. action: what the policy calls that; names, relatives: as of a case.

    needs: the actions of which some rule must permit one on this unit; none: it is enough that no rule refuses it.
    """

    unit: str
    action: str
    names: tuple[str, ...]
    relatives: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyCase:
    """All that a decision depends on, read by the gate: nothing here comes from a model but action and target.

    names: the target under all its names; relatives: also what triggers it, what it triggers and the templates;
    protected: the protected unit that it is or touches, "" if none; touches: other units that PID 1 would act on;
    minute: of the local day; undo: the action is to be taken back, so its rules count, and those that name `undo`.
    """

    action: str
    names: tuple[str, ...]
    risk: Risk
    relatives: tuple[str, ...] = ()
    touches: tuple[Touch, ...] = ()
    cause: str = ""
    protected: str = ""
    host_state: str = "unknown"
    minute: int = 0
    undo: bool = False


def touching(
    verb: Verb,
    names: Names,
    meant: str,
    *,
    unit: str = "",
    itself: bool = False,
    undo: bool = False,
    named: bool = False,
) -> Touch | None:
    """What the policy must say about a verb of PID 1's on one unit; None where the action itself says it all.

    meant: the action's name; itself: the unit is its target; named: the proposer chose the unit. What would go down
    needs a rule that permits it, so does what was named; what is only started along needs that none refuses it; and
    what is taken back needs one that permits the action or its opposite.
    """
    action = f"{verb}_unit"
    if itself and action == meant and not undo:
        return None
    down = not itself and verb != "start"
    either = named or (undo and (itself or down))
    needs = (action, meant) if either else (action,) if down else ()
    return Touch(unit=unit or names.own[0], action=action, names=names.own, relatives=names.relatives, needs=needs)


def protected_among(touches: Sequence[Touch], policy: Policy) -> str:
    """A protected unit among those that are touched, "" if there is none."""
    started = [name for touch in touches if touch.action == "start_unit" for name in touch.relatives]
    others = [name for touch in touches if touch.action != "start_unit" for name in touch.relatives]
    return protected_by(others, policy.protected) or protected_from_start(started, policy.protected)


def load_policy(path: Path, owners: frozenset[int]) -> Policy:
    """Read, check and stamp with its hash. Raises Refused; a missing file gives the default, which only asks."""
    return read_policy(read_trusted(path if path.exists() else DEFAULT, owners if path.exists() else None), str(path))


def read_policy(text: bytes, name: str) -> Policy:
    """The same from a text, whoever wrote it. name: for messages."""
    try:
        read = read_table(text, Policy)
    except BadTable as bad:
        raise Refused(f"{name}: {bad}") from bad
    for rule in read.rule:
        if rule.empty_list:
            raise Refused(f"{name}: rule {rule.name}: an empty list of {rule.empty_list} matches nothing")
    if read.version:
        raise Refused(f"{name}: `version` is the file's hash and cannot be set")
    return msgspec.structs.replace(read, version=hashlib.sha256(text).hexdigest())


def decide(policy: Policy, case: PolicyCase, level: Autonomy) -> Decision:
    """The verdict at one level of autonomy, with the rule and the reason: the strictest of all units touched (R35)."""
    if case.protected:
        return Decision(verdict="refuse", rule="protected", reason=f"{case.protected} is protected")
    decisions = [_decide(policy, case, level), *(_touched(policy, case, touch, level) for touch in case.touches)]
    return min((one for one in decisions if one), key=lambda one: VERDICTS.index(one.verdict))


def _touched(policy: Policy, case: PolicyCase, touch: Touch, level: Autonomy) -> Decision | None:
    """What the policy says about one more unit; None where no rule refuses it and none needs to permit it."""
    one = replace(case, names=touch.names, relatives=touch.relatives, undo=False)
    decisions = {
        action: _decide(policy, replace(one, action=action), level)
        for action in (touch.action, case.action, *touch.needs)
    }
    against = [each for each in decisions.values() if each.verdict == "refuse" and each.rule != "default"]
    permitted = [decisions[action] for action in touch.needs if decisions[action].verdict != "refuse"]
    if against or (touch.needs and not permitted):
        said_no = (against or [decisions[touch.action]])[0]
        return replace(said_no, verdict="refuse", reason=f"{touch.unit} would be touched, too: {said_no.reason}")
    return min(permitted, key=lambda each: VERDICTS.index(each.verdict)) if permitted else None


def _decide(policy: Policy, case: PolicyCase, level: Autonomy) -> Decision:
    """About one unit or thing. Pure (R6, R9)."""
    rule = next((rule for rule in policy.rule if rule.matches(case)), None)
    if rule is None:
        return Decision(verdict="refuse", rule="default", reason="no rule allows it")
    if rule.verdict == "refuse":
        return Decision(verdict="refuse", rule=rule.name, reason=rule.reason or "the rule refuses it")
    if level == "observe":
        return Decision(verdict="refuse", rule="observe", reason="autonomy is observe: nothing changes")
    hindrance = _hindrance(rule, case, level)
    return Decision(verdict="ask" if hindrance else "allow", rule=rule.name, reason=hindrance or _why(rule, level))


def raised_risk(stated: Risk, blast: BlastRadius) -> Risk:
    """The author's risk, one step up for each: units that need it, many connections, open sessions, a stale backup.

    High, where PID 1 may do something to the whole host.
    """
    if blast.dire:
        return "high"
    steps = sum((bool(blast.dependants), blast.connections >= BUSY, bool(blast.sessions), bool(blast.stale)))
    return RISKS[min(RISKS.index(stated) + steps, len(RISKS) - 1)]


def lower_level(*levels: Autonomy) -> Autonomy:
    """The most careful of several."""
    return min(levels, key=LEVELS.index)


def bound_hash(change: Mapping[str, object], host: str, version: str, facts: Mapping[str, str]) -> str:
    """What an approval binds: exactly action, target, arguments, host, policy version and the facts (R19)."""
    bound = {"change": dict(change), "host": host, "policy": version, "facts": dict(facts)}
    return hashlib.sha256(canonical(bound).encode()).hexdigest()


def _hindrance(rule: PolicyRule, case: PolicyCase, level: Autonomy) -> str:
    """Why a person must approve; "" if nothing speaks against doing it by itself."""
    if level == "suggest":
        return rule.reason or "autonomy is suggest: a person approves"
    if rule.always_ask or case.undo or (rule.verdict == "ask" and level == "auto-safe"):
        return rule.reason or "the rule asks a person"
    if case.risk == "high" or (case.risk == "medium" and level == "auto-safe"):
        return f"its risk is {case.risk}: a person approves"
    if not case.cause:
        return "the gate itself sees no cause: a person approves"
    return ""


def _why(rule: PolicyRule, level: Autonomy) -> str:
    return rule.reason if rule.reason and rule.verdict == "allow" else f"autonomy is {level} and the risk permits it"


def _within(hours: str, minute: int) -> bool:
    first, last = (int(hour) * 60 + int(rest) for hour, rest in re.findall(r"(\d\d):(\d\d)", hours))
    return first <= minute < last if first <= last else minute >= first or minute < last
