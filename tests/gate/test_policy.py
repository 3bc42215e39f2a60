from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.gate.change.action import BlastRadius, Refused
from stillwatch.gate.policy import (
    DEFAULT,
    LEVELS,
    RISKS,
    Policy,
    PolicyCase,
    PolicyRule,
    Touch,
    bound_hash,
    decide,
    load_policy,
    lower_level,
    raised_risk,
)
from stillwatch.records.action import ACTIONS
from stillwatch.unit.protected import BY_NAME, BY_ROLE

ME = frozenset({os.getuid()})
ORDER = ("refuse", "ask", "allow")
FEW = st.lists(st.text(max_size=3), max_size=3).map(tuple)
CASE = PolicyCase(action="restart_unit", names=("web.service",), risk="low", cause="it failed")


def written(folder, text):
    path = folder / "policy.toml"
    path.write_text(text)
    return path


def one(**rule):
    return Policy(rule=(PolicyRule(name="one", **rule),))


def test_the_first_match_wins_and_the_last_is_refuse():
    rules = (PolicyRule(name="a", verdict="refuse", targets=("web*",)), PolicyRule(name="b", verdict="allow"))
    policy = Policy(rule=rules)
    assert decide(policy, CASE, "auto-full").rule == "a"
    assert decide(policy, replace(CASE, names=("db.service",)), "auto-full").verdict == "allow"
    assert decide(Policy(), CASE, "auto-full").rule == "default"


@pytest.mark.parametrize(
    ("rule", "case", "fits"),
    [
        ({"actions": ("stop_unit",)}, {}, False),
        ({"actions": ("restart_unit",)}, {}, True),
        ({"targets": ("*.service",)}, {}, True),
        ({"targets": ("WEB*",)}, {}, False),
        ({"targets": ("smtp*",)}, {"names": ("mail.service", "smtp.service")}, True),
        ({"risk": ("high",)}, {}, False),
        ({"host": ("degraded",)}, {"host_state": "running"}, False),
        ({"host": ("degraded",)}, {"host_state": "degraded"}, True),
        ({"cause": True}, {"cause": ""}, False),
        ({"cause": False}, {"cause": ""}, True),
        ({"hours": "22:00-06:00"}, {"minute": 23 * 60}, True),
        ({"hours": "22:00-06:00"}, {"minute": 5 * 60 + 59}, True),
        ({"hours": "22:00-06:00"}, {"minute": 6 * 60}, False),
        ({"hours": "08:00-24:00"}, {"minute": 24 * 60 - 1}, True),
        ({"hours": "08:00-24:00"}, {"minute": 479}, False),
    ],
)
def test_a_rule_matches_on_all_that_it_names(rule, case, fits):
    decision = decide(one(verdict="ask", **rule), replace(CASE, **case), "suggest")
    assert (decision.rule == "one") == fits


@pytest.mark.parametrize(
    ("verdict", "risk", "verdicts"),
    [
        ("allow", "low", ("refuse", "ask", "allow", "allow")),
        ("allow", "medium", ("refuse", "ask", "ask", "allow")),
        ("allow", "high", ("refuse", "ask", "ask", "ask")),
        ("ask", "low", ("refuse", "ask", "ask", "allow")),
        ("ask", "high", ("refuse", "ask", "ask", "ask")),
        ("refuse", "low", ("refuse", "refuse", "refuse", "refuse")),
    ],
)
def test_r09_the_table_of_levels(verdict, risk, verdicts):
    case = replace(CASE, risk=risk)
    assert tuple(decide(one(verdict=verdict), case, level).verdict for level in LEVELS) == verdicts


def test_a_rule_may_ask_at_every_level():
    assert decide(one(verdict="allow", always_ask=True), CASE, "auto-full").verdict == "ask"


def some_case(dice):
    pick = dice.choice
    return PolicyCase(
        action=pick((*ACTIONS, "sh")),
        names=tuple(
            pick(("web.service", "ssh.service", "a b", "*", "", "db.service")) for _ in range(dice.randrange(3))
        ),
        risk=pick(RISKS),
        cause=pick(("", "it failed")),
        protected=pick(("", "", "", "ssh.service")),
        host_state=pick(("running", "degraded", "odd")),
        minute=dice.randrange(1440),
        undo=dice.random() < 0.3,
    )


def some_policy(dice):
    def some(values):
        return tuple(dice.sample(values, dice.randrange(3)))

    def rule(number):
        return PolicyRule(
            name=f"r{number}",
            verdict=dice.choice(ORDER),
            actions=some(ACTIONS),
            targets=some(("*", "web*", "*.service", "db.service")),
            risk=some(RISKS),
            host=some(("running", "degraded")),
            cause=dice.choice((None, True, False)),
            hours=dice.choice((None, "22:00-06:00", "00:00-24:00")),
            always_ask=dice.random() < 0.2,
        )

    return Policy(rule=tuple(rule(number) for number in range(dice.randrange(5))))


def decide_many(seed, count):
    dice = random.Random(seed)
    for _ in range(count):
        policy, case = some_policy(dice), some_case(dice)
        decisions = [decide(policy, case, level) for level in LEVELS]
        verdicts = [decision.verdict for decision in decisions]
        assert verdicts[0] == "refuse"
        assert verdicts[1] != "allow"
        assert not case.undo or "allow" not in verdicts
        assert [ORDER.index(each) for each in verdicts] == sorted(ORDER.index(each) for each in verdicts)
        rule = next((rule for rule in policy.rule if rule.matches(case)), None)
        if case.protected or rule is None or rule.verdict == "refuse":
            assert set(verdicts) == {"refuse"}
        if "allow" in verdicts:
            assert case.cause and case.risk != "high" and not rule.always_ask
        if verdicts[2] == "allow":
            assert case.risk == "low" and rule.verdict == "allow"


@pytest.mark.process
@given(st.integers())
@settings(max_examples=10, deadline=None)
def test_r09_r12_generated_policies_and_cases_keep_the_promises(seed):
    """10 × 1,000 policies and cases, at four levels each."""
    decide_many(seed, 1_000)


@pytest.mark.soak
@given(st.integers())
@settings(max_examples=1_000, deadline=None)
def test_r09_r12_a_million_policies_and_cases(seed):
    decide_many(seed, 1_000)


@given(st.sampled_from(RISKS), FEW, st.integers(min_value=0, max_value=10_000), FEW, FEW)
def test_r06_risk_is_never_lowered(risk, dependants, connections, sessions, stale):
    """By no context, and by none that is added to another."""
    known = BlastRadius(dependants=dependants, connections=connections)
    more = BlastRadius(dependants=dependants, connections=connections, sessions=sessions, stale=stale)
    order = [RISKS.index(one) for one in (risk, raised_risk(risk, known), raised_risk(risk, more))]
    assert order == sorted(order)
    assert raised_risk("low", BlastRadius(dependants=("a",), connections=99)) == "high"


@pytest.mark.parametrize(
    "blast", [BlastRadius(sessions=("3",)), BlastRadius(stale=("old",)), BlastRadius(connections=10)]
)
def test_r06_each_context_raises_by_one_step(blast):
    assert [raised_risk(risk, blast) for risk in RISKS] == ["medium", "high", "high"]
    assert raised_risk("low", BlastRadius(said="9 connections", connections=9)) == "low"


@pytest.mark.parametrize("protects", ["[]", '["../x"]', '["a b.service"]', '["relative"]', '["/a/"]'])
def test_r02_a_backup_protects_units_and_absolute_paths_only(tmp_path, protects):
    with pytest.raises(Refused):
        load_policy(written(tmp_path, f'[[backups]]\nunit = "b.service"\nprotects = {protects}\n'), ME)


def test_r19_the_hash_binds_each_part():
    base = ({"action": "a", "target": "t", "arguments": {}}, "host", "v1", {"state": "failed"})
    others = [
        ({**base[0], "target": "u"}, *base[1:]),
        ({**base[0], "arguments": {"n": 1}}, *base[1:]),
        (base[0], "other", *base[2:]),
        (*base[:2], "v2", base[3]),
        (*base[:3], {"state": "active"}),
    ]
    assert len({bound_hash(*each) for each in (base, *others)}) == 6


def test_a_file_is_read_and_stamped(tmp_path):
    path = written(tmp_path, '[[rule]]\nname = "a"\nverdict = "ask"\n[[timers]]\nunit = "logrotate.timer"\n')
    policy = load_policy(path, ME)
    assert (policy.rule[0].name, policy.timers[0].unit, len(policy.version)) == ("a", "logrotate.timer", 64)


def test_without_a_file_the_default_only_asks(tmp_path):
    policy = load_policy(tmp_path / "none.toml", ME)
    assert {rule.verdict for rule in policy.rule} == {"ask"}
    assert decide(policy, CASE, "auto-safe").verdict == "ask"


def test_the_examples_of_the_default_file_are_valid(tmp_path):
    text = DEFAULT.read_text().partition("# Examples, to be adapted:\n#\n")
    examples = "".join(line.removeprefix("# ").removeprefix("#") for line in text[2].splitlines(keepends=True))
    policy = load_policy(written(tmp_path, text[0] + examples), ME)
    assert len(policy.rule) == 6 and policy.nixos
    assert all((policy.files, policy.rotated_logs, policy.runbooks, policy.cleaners, policy.ownership, policy.locks))


@pytest.mark.parametrize(
    "text",
    [
        "rule = 1",
        "[[rule]]\nname = 'a'\nverdict = 'yes'",
        "[[rule]]\nname = 'a'\nverdict = 'ask'\nactions = ['shell']",
        "[[rule]]\nname = 'a'\nverdict = 'ask'\ntarget = ['x']",
        "[[rule]]\nname = 'a'\nverdict = 'ask'\nhours = '25:00-01:00'",
        "[[rule]]\nname = 'a'\nverdict = 'ask'\n[[rule]]\nname = 'a'\nverdict = 'ask'",
        "unprotected = ['ssh.service']",
        "version = 'mine'",
        "[[ownership]]\nname = 'a'\npath = '/etc/../x'\nowner = 'a'\ngroup = 'a'\nmode = '0750'",
        "[[ownership]]\nname = 'a'\npath = 'etc'\nowner = 'a'\ngroup = 'a'\nmode = '0750'",
        "[[ownership]]\nname = 'a'\npath = '/a'\nowner = 'a'\ngroup = 'a'\nmode = '4755'",
        "[[rotated_logs]]\nname = 'a'\ndirectory = '/var/log'\npattern = '../*'",
        "broken = ",
        "\xff",
    ],
)
def test_r07_a_file_with_anything_wrong_is_refused_whole(tmp_path, text):
    path = tmp_path / "policy.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Refused, match=r"policy\.toml"):
        load_policy(path, ME)


def test_the_most_careful_level_holds():
    assert lower_level("auto-full", "suggest", "auto-safe") == "suggest"
    assert "stillwatch*" in (*BY_NAME, *BY_ROLE)


@pytest.mark.parametrize("name", ["actions", "targets", "risk", "host"])
def test_r37_an_empty_list_matches_nothing_and_is_a_mistake(tmp_path, name):
    policy = Policy(rule=(PolicyRule(name="a", verdict="allow", **{name: ()}),))
    assert decide(policy, CASE, "auto-full").rule == "default"
    with pytest.raises(Refused, match=f"rule a: .*{name}"):
        load_policy(written(tmp_path, f'[[rule]]\nname = "a"\nverdict = "ask"\n{name} = []\n'), ME)


@given(st.sampled_from(ORDER), st.sampled_from(LEVELS))
def test_r37_only_refusing_heeds_relatives(verdict, level):
    case = replace(CASE, names=("evil.timer",), relatives=("evil.timer", "web.service"))
    assert (decide(one(verdict=verdict, targets=("web.service",)), case, level).rule == "one") is (verdict == "refuse")


@pytest.mark.process
@given(st.integers())
@settings(max_examples=12, deadline=None)
def test_r35_what_is_touched_never_loosens_a_verdict(seed):
    dice = random.Random(seed)
    for _ in range(200):
        policy, case = some_policy(dice), some_case(dice)
        name, action = dice.choice(("web.service", "db.service", "x.service")), dice.choice(("stop_unit", "start_unit"))
        touch = Touch(unit=name, action=action, names=(name,), needs=(action,) * (action == "stop_unit"))
        for level in LEVELS:
            alone, together = (decide(policy, each, level) for each in (case, replace(case, touches=(touch,))))
            assert ORDER.index(together.verdict) <= ORDER.index(alone.verdict)
            itself = decide(policy, replace(case, action=action, names=(name,), protected=""), level)
            if itself.verdict == "refuse" and (touch.needs or itself.rule != "default"):
                assert together.verdict == "refuse"
