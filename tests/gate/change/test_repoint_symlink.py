from __future__ import annotations

from typing import Any

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.repoint_symlink import RepointSymlink
from tests.gate.change.played import World, change, unit

SHOP = "shop.service"
TURN = change("repoint_symlink", "/srv/shop/current", unit=SHOP)
GONE: dict[str, Any] = {"leads": "releases/7", "newest": "releases/6", "whole": False}


async def test_the_link_is_led_to_the_newest_release_and_its_unit_is_started() -> None:
    world = World(units={SHOP: unit(SHOP)}, answers={"release": GONE, "repoint": {}, "repoint_back": {}})
    await RepointSymlink().check_target(world, TURN)
    now = await RepointSymlink().precondition(world, TURN)
    assert now.ok and now.cause and now.touches == (SHOP,)
    await RepointSymlink().run(world, TURN, now.facts)
    assert world.done == [("repoint", "current"), ("reset-failed", SHOP), ("start", SHOP)]
    assert (await RepointSymlink().verify(world, TURN, now.facts)).ok is False
    world.answers["release"] = {**GONE, "leads": "releases/6", "whole": True}
    assert (await RepointSymlink().verify(world, TURN, now.facts)).ok is True
    await RepointSymlink().undo(world, TURN, now.facts)
    assert world.done[-1] == ("repoint_back", "current")


@pytest.mark.parametrize("seen", [{**GONE, "whole": True}, {**GONE, "newest": ""}])
async def test_one_that_is_whole_or_has_no_other_to_lead_to(seen: dict[str, Any]) -> None:
    now = await RepointSymlink().precondition(World(units={SHOP: unit(SHOP)}, answers={"release": seen}), TURN)
    assert not now.ok


async def test_r12_there_is_no_trusted_cause_while_its_unit_is_well() -> None:
    world = World(units={SHOP: unit(SHOP, "active")}, answers={"release": GONE})
    now = await RepointSymlink().precondition(world, TURN)
    assert now.ok and now.cause == ""


@pytest.mark.parametrize("odd", [{**GONE, "whole": "no"}, {**GONE, "leads": None}])
async def test_r07_who_does_not_say_where_it_leads_is_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        await RepointSymlink().precondition(World(units={SHOP: unit(SHOP)}, answers={"release": odd}), TURN)
