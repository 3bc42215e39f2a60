"""R38: polkit grants a verb on a unit if and only if the gate itself would come to use it."""

from __future__ import annotations

import itertools
import json
import random
import tomllib
from dataclasses import replace

import msgspec
import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.grants import granted
from stillwatch.gate.policy import HOST_STATES, RISKS, Policy, PolicyRule, decide, protected_among, read_policy
from stillwatch.install.along import along_with
from stillwatch.records.action import ACTIONS
from stillwatch.unit.names import Names
from tests.gate.stage import Stage, bus_of, failed, make_gate, running, some_units
from tests.support.drawn import drawn

UNITS = ("web.service", "db.service", "mail.service", "evil.timer", "ssh.service")
DECLARED = """
[[files]]
name = "web-conf"
path = "/etc/web.conf"
test = ["/usr/bin/true"]
unit = "web.service"
[[ownership]]
name = "data"
path = "/srv/data"
owner = "web"
group = "web"
mode = "0750"
[[locks]]
name = "pid"
path = "/run/db.pid"
unit = "db.service"
program = "db"
[[runbooks]]
unit = "mail.service"
[[jobs]]
unit = "db.service"
[[releases]]
name = "current"
path = "/srv/web/current"
directory = "/srv/web/releases"
unit = "web.service"
"""


def units():
    found = some_units()
    found.units["evil.timer"] = running("evil.timer", triggers=("web.service",))
    return found


NAMES = {unit: Names.of(known.names, known.triggers) for unit, known in units().units.items() if unit in UNITS}


def some_rules(dice):
    def some(values, chance=0.6):
        return tuple(dice.sample(values, dice.randrange(1, 3))) if dice.random() < chance else None

    return tuple(
        PolicyRule(
            name=f"r{number}",
            verdict=dice.choice(("allow", "ask", "refuse")),
            actions=some(ACTIONS),
            targets=some((*UNITS, "*.service", "data", "/etc/web.conf", "pid")),
            risk=some(RISKS, 0.2),
            host=some(("running", "degraded"), 0.2),
            cause=dice.choice((None, None, None, True, False)),
            hours=dice.choice((None, None, None, "22:00-06:00", "06:00-22:00")),
        )
        for number in range(dice.randrange(1, 6))
    )


PROPOSED = [
    *((action, unit, {}) for unit in UNITS for action in ("start_unit", "stop_unit", "restart_unit", "reload_unit")),
    *(("reset_failed", unit, {}) for unit in UNITS),
    *(("terminate_process", "77", {"port": 80, "unit": unit}) for unit in UNITS),
    *(("repair_ownership", "data", {"unit": unit}) for unit in UNITS),
    ("restore_file", "web-conf", {}),
    ("remove_stale_lock", "pid", {}),
    ("run_runbook", "mail.service", {}),
    ("run_job", "db.service", {}),
    ("repoint_symlink", "current", {}),
]
MENDING = ("terminate_process", "repair_ownership", "restore_file", "remove_stale_lock", "repoint_symlink")


async def used_by_the_gate(gate, policy, states_of_units=("failed", "active")):
    """Every (unit, verb) that the gate's own judge lets through in some state of the unit and of the host."""
    found = set()
    for state, (action, target, arguments), undo in itertools.product(states_of_units, PROPOSED, (False, True)):
        bus = bus_of(gate)
        for unit in UNITS:
            bus.units[unit] = (failed if state == "failed" else running)(unit, triggers=NAMES_TRIGGERS.get(unit, ()))
        doer, change = gate.judge.decode(action, target, arguments)
        jobs = await doer.jobs(gate.judge.access, change, {"state": state}, undo=undo)
        if undo and (not doer.undoes or not jobs):
            continue
        try:
            case = await case_of(gate, policy, doer, change, jobs, undo=undo)
        except Refused:
            continue
        if any(decide(policy, one, "auto-full").verdict != "refuse" for one in states(case)):
            found |= {(unit, verb) for verb, unit in jobs}
            forgets = action in MENDING or (action == "restart_unit" and state == "failed" and not undo)
            found |= {(unit, "reset-failed") for _, unit in jobs if forgets}
            found |= {(target, "reset-failed")} if action == "reset_failed" else set()
    return found


NAMES_TRIGGERS = {"evil.timer": ("web.service",)}


async def case_of(gate, policy, doer, change, jobs, *, undo):
    """As the judge reads it, without the parts that need a host."""
    from stillwatch.gate.policy import PolicyCase
    from stillwatch.unit.protected import protected_by

    effects = await gate.judge.access.bus.effects(jobs)
    if effects.isolates:
        raise Refused("all else would stop")
    names = await gate.judge._names(doer.about(gate.judge.access, change))
    touches = await gate.judge._touches(doer, change, names, jobs, effects, undo=undo)
    touched = {*names.own, *(touch.unit for touch in touches)}
    protected = protected_by(names.relatives, policy.protected) or protected_among(touches, policy)
    protected = protected or await gate.judge._carries(touched, effects)
    return PolicyCase(
        action=change.action, names=names.own, relatives=names.relatives, risk="low", touches=touches, undo=undo,
        protected=protected,
    )  # fmt: skip


def states(case):
    for risk, host, cause, minute in itertools.product(RISKS, HOST_STATES, ("", "seen"), (0, 359, 360, 1319, 1320)):
        yield replace(case, risk=risk, host_state=host, cause=cause, minute=minute)


def declared_tables():
    declared = read_policy(DECLARED.encode(), "declared")
    tables = ("files", "ownership", "locks", "runbooks", "jobs", "releases")
    return {name: getattr(declared, name) for name in tables}


async def equal(folder, seed):
    dice = random.Random(seed)
    policy = Policy(rule=some_rules(dice), protected=dice.choice(((), ("db*",))), **declared_tables())
    gate = make_gate(folder, stage=Stage(units()), catalogue=CATALOGUE)
    gate.judge.access.declared = policy
    used = await used_by_the_gate(gate, policy)
    told = {(unit, verb) for unit, verbs in granted(policy, NAMES).items() for verb in verbs}
    assert told == used, (told ^ used, policy.rule)
    gate.database.close()


@pytest.mark.parametrize("seed", drawn(range(20), 8))
async def test_r38_polkit_grants_what_the_gate_permits_and_nothing_else(tmp_path, seed):
    await equal(tmp_path, seed)


FAR = ("batch.service", "way.service", "tick.timer", "ssh.socket")
"""Units beside those that are proposed: one that runs a way in, a timer, one that is protected by name."""
LINKS = ("Wants", "Requires", "Conflicts", "PropagatesStopTo", "PropagatesReloadTo", "RequiredBy", "OnSuccess")


def hang_together(bus, dice, state):
    """Any of the units may hang on any other, and one of them may isolate what follows it."""
    every = (*(unit for unit in UNITS if unit != "ssh.service"), *FAR)
    for unit in every:
        some = {kind: dice.sample(every, dice.randrange(3)) for kind in dice.sample(LINKS, 2)}
        facts = {"Triggers": bus.units[unit].triggers, "Names": bus.units[unit].names, "ActiveState": state}
        facts["Commands"] = list(bus.units[unit].commands)
        facts["OnSuccessJobMode"] = dice.choice(("fail", "fail", "isolate"))
        bus.links[unit] = {**{kind: [one for one in others if one != unit] for kind, others in some.items()}, **facts}


@pytest.mark.parametrize("seed", drawn(range(40), 14))
async def test_r35_r38_they_are_the_same_where_units_hang_together(tmp_path, seed):
    dice = random.Random(seed)
    state = dice.choice(("active", "failed"))
    found = units()
    more = (
        running("batch.service", names=("batch.service", "nightly.service")),
        running("way.service", commands=("/opt/x/openvpn --config a",)),
        running("tick.timer", triggers=("batch.service",)),
    )
    found.units |= {name: unit for unit in more for name in unit.names}
    found.units = {name: replace(unit, active_state=state) for name, unit in found.units.items()}
    hang_together(found, dice, state)
    rules = tuple(
        replace_targets(rule, dice, (*UNITS, *FAR, "nightly.service", "*.service")) for rule in some_rules(dice)
    )
    policy = Policy(rule=rules, protected=dice.choice(((), ("batch*",))), **declared_tables())
    gate = make_gate(tmp_path, stage=Stage(found), catalogue=CATALOGUE)
    gate.judge.access.declared = policy
    used = {(unit, verb) for unit, verb in await used_by_the_gate(gate, policy, (state,)) if verb != "reset-failed"}
    along = await along_with(found.facts, UNITS)
    told = {(unit, verb) for unit, verbs in granted(policy, NAMES, along).items() for verb in verbs}
    assert used <= told, (used - told, policy.rule)
    assert {one for one in told - used if one[1] != "reset-failed"} <= OTHER_STATE[state], (told - used, policy.rule)
    gate.database.close()


OTHER_STATE = {
    "active": {(unit, "start") for unit in UNITS},
    "failed": {(unit, "restart") for unit in UNITS},
}
"""What the gate would come to use only once the unit itself is in the other state."""


def replace_targets(rule, dice, targets):
    return msgspec.structs.replace(rule, targets=None if rule.targets is None else tuple(dice.sample(targets, 2)))


@pytest.mark.soak
async def test_r38_three_hundred_policies(tmp_path):
    for seed in range(1_000, 1_300):
        await equal(tmp_path, seed)


def policy_of(text):
    return read_policy(text.encode(), "policy")


def test_r38_the_first_match_wins_there_too():
    text = """
[[rule]]
name = "nginx-is-left-alone"
targets = ["nginx.service"]
verdict = "refuse"
[[rule]]
name = "rest"
targets = ["*.service"]
verdict = "ask"
"""
    assert set(granted(policy_of(text), ["nginx.service", "web.service"])) == {"web.service"}
    timers = {"nginx.timer": Names.of(("nginx.timer",), ("nginx.service",)), "x.service": Names.of(("x.service",))}
    assert set(granted(policy_of(text.replace('["*.service"]', '["*"]')), timers)) == {"x.service"}


def test_r38_what_is_refused_at_times_only_is_granted():
    rule = '[[rule]]\nname = "{}"\nactions = ["stop_unit"]\nverdict = "{}"\nhours = "{}"\n'
    day = rule.format("day", "refuse", "06:00-22:00") + rule.format("ask", "ask", "00:00-24:00")
    assert granted(policy_of(day), ["a.service"]) == {"a.service": ("start", "stop")}
    always = rule.format("day", "refuse", "00:00-24:00") + rule.format("ask", "ask", "00:00-24:00")
    assert granted(policy_of(always), ["a.service"]) == {}


def test_r38_the_default_policy_grants_services_alone():
    from stillwatch.gate.policy import DEFAULT

    found = granted(policy_of(DEFAULT.read_text()), ["a.service", "a.timer", "ssh.service", "a@.service", "a.target"])
    assert set(found) == {"a.service", "a.timer"}
    assert found["a.service"] == ("reload", "reset-failed", "restart", "start", "stop")
    assert found["a.timer"] == ("reset-failed", "start")  # terminate_process may bring any unit up
    assert json.loads(json.dumps(found)) and tomllib.loads(DEFAULT.read_text())


def test_r35_r38_a_verb_is_granted_only_where_all_that_goes_down_with_it_may(tmp_path):
    policy = policy_of(
        """
[[rule]]
name = "not-db"
actions = ["stop_unit", "restart_unit"]
targets = ["db.service"]
verdict = "refuse"
[[rule]]
name = "rest"
actions = ["start_unit", "stop_unit"]
targets = ["*.service"]
verdict = "ask"
"""
    )

    def verbs(**others):
        along = {("start", "web.service"): [(how, Names.of((f"{name}.service",))) for name, how in others.items()]}
        return granted(policy, ("web.service",), along)["web.service"]

    assert verbs() == verbs(mail="stop") == ("start", "stop")
    assert verbs(ssh="stop") == verbs(db="stop") == verbs(mail="stop", db="restart") == ("stop",)
