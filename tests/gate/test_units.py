from __future__ import annotations

import random

import pytest

from stillwatch.gate.change.action import Absent, Refused
from stillwatch.gate.units import check_known, check_unit_name, names_of, names_of_any
from stillwatch.records.unit import UnitState
from tests.gate.hostile import TRICKS, text
from tests.gate.stage import some_units

ODD = (*TRICKS[:13], "a" * 256 + ".service", "web.device", ".service", "web@.service", "-a.service")
PLAIN = ("web.service", "web@1.service", "dev-disk-by\\x2duuid.mount", "a:b_c-d.timer", "x" * 240 + ".service")


@pytest.mark.parametrize("name", PLAIN)
def test_r03_plain_names_pass(name):
    assert check_unit_name(name) == name


@pytest.mark.parametrize("name", ODD)
def test_r03_anything_else_is_refused(name):
    with pytest.raises(Refused):
        check_unit_name(name)


def test_r03_random_text_is_a_plain_name_or_refused():
    dice = random.Random(3)
    for _ in range(20_000):
        name = text(dice) + dice.choice(("", ".service", ".service\n"))
        try:
            check_unit_name(name)
        except Refused:
            continue
        assert name.isascii() and not set(name) & set(" ;|&$`'\"\n\x00/*")


async def test_r03_all_names_triggers_and_templates_are_one_unit():
    relay = await names_of(some_units(), "relay.service")
    assert (relay.own, relay.relatives) == (("relay.service",), ("relay.service", "ssh.socket"))
    assert "ssh-session@.service" in (await names_of(some_units(), "ssh.socket")).relatives
    assert (await names_of(some_units(), "sshd.service")).own == ("ssh.service", "sshd.service")
    with pytest.raises(Absent):
        await names_of(some_units(), "nope.service")
    assert (await names_of_any(some_units(), "nope@1.service")).relatives == ("nope@.service", "nope@1.service")


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        ({}, False),
        ({"enabled": "disabled"}, False),
        ({"enabled": "enabled"}, True),
        ({"wanted_by": ("multi-user.target",)}, True),
        ({"triggered_by": ("web@1.timer",)}, True),
        ({"active_state": "failed"}, True),
        ({"active_at": 5.0}, True),
        ({"fragment_path": "/etc/systemd/system/web@1.service"}, True),
    ],
)
def test_r15_an_instance_that_nobody_named_is_no_target(facts, known):
    template = {"fragment_path": "/etc/systemd/system/web@.service", "active_state": "inactive"}
    unit = UnitState(name="web@1.service", **(template | facts))
    if known:
        check_known(unit)
    else:
        with pytest.raises(Refused):
            check_known(unit)
