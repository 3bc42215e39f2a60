"""What holds for every action."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.gate.change.action import Change, Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.records.action import ACTIONS
from tests.gate.change.played import World, unit

HOSTILE = [
    "", " ", "nginx", "a.service; id", "$(id)", "../../etc/passwd", "/etc/shadow", "-.mount", "--now", "a.service\n",
    "nginx.service ", "ｎginx.service", "nginx\u200b.service", "*.service", "ssh@.service", "1", "0", "-1", "١٢", "1e3",
    "0x10", "99999999999999999", "x" * 300 + ".service", "/srv/shop/logs/../../etc", "data/", "DATA", "init.scope",
    "multi-user.target", "reboot.target", "\x00", "nginx.service\x00.timer",
]  # fmt: skip


def test_every_reserved_name_has_its_action() -> None:
    assert tuple(CATALOGUE) == ACTIONS
    assert all(name == action.name and action.risk in ("low", "medium", "high") for name, action in CATALOGUE.items())


@pytest.mark.parametrize("name", ACTIONS)
def test_r2_arguments_are_closed(name: str) -> None:
    for odd in ({"risk": "low"}, {"force": True}, {"command": "id"}, {"path": "/etc/shadow"}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(odd, CATALOGUE[name].arguments)


def a_change(name: str, target: str) -> Change:
    given_ = {"port": 80, "unit": "shop.service"} if name == "terminate_process" else {}
    return Change(action=name, target=target, arguments=msgspec.convert(given_, CATALOGUE[name].arguments))


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("target", HOSTILE)
async def test_r3_r15_a_hostile_target_is_refused_before_anything_is_asked(name: str, target: str) -> None:
    world = World(units={"shop.service": unit("shop.service")})
    with pytest.raises(Refused):
        await CATALOGUE[name].check_target(world, a_change(name, target))
    assert world.done == []


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(ACTIONS), target=st.text(max_size=60))
async def test_r15_no_text_becomes_a_target(name: str, target: str) -> None:
    world = World()
    with pytest.raises(Refused):
        await CATALOGUE[name].check_target(world, a_change(name, target))


@pytest.mark.parametrize("name", ACTIONS)
async def test_r7_what_cannot_be_read_is_refused(name: str) -> None:
    world = World()
    with pytest.raises(Refused):
        await CATALOGUE[name].precondition(world, a_change(name, "shop.service"))
    assert world.done == []


@pytest.mark.parametrize("name", ACTIONS)
def test_r21_r14_words_come_from_the_typed_action(name: str) -> None:
    target = CATALOGUE[name].example
    assert target in CATALOGUE[name].describe(a_change(name, target))
    assert CATALOGUE[name].success_test(a_change(name, target))
