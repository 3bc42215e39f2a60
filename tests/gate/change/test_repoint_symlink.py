from __future__ import annotations

from typing import Any

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.repoint_symlink import RepointSymlink
from tests.gate.change.played import HostAccess, change, unit

SHOP = "shop.service"
TURN = change("repoint_symlink", "/srv/shop/current", unit=SHOP)
GONE: dict[str, Any] = {"leads": "releases/7", "newest": "releases/6", "whole": False}


async def test_the_link_is_led_to_the_newest_release_and_its_unit_is_started() -> None:
    access = HostAccess(units={SHOP: unit(SHOP)}, answers={"release": GONE, "repoint": {}, "repoint_back": {}})
    await RepointSymlink().check_target(access, TURN)
    now = await RepointSymlink().precondition(access, TURN)
    assert now.ok and now.cause and now.touches == (SHOP,)
    await RepointSymlink().run(access, TURN, now.facts)
    assert access.done == [("repoint", "current"), ("reset-failed", SHOP), ("start", SHOP)]
    assert (await RepointSymlink().verify(access, TURN, now.facts)).ok is False
    access.answers["release"] = {**GONE, "leads": "releases/6", "whole": True}
    assert (await RepointSymlink().verify(access, TURN, now.facts)).ok is True
    await RepointSymlink().undo(access, TURN, now.facts)
    assert access.done[-1] == ("repoint_back", "current")


@pytest.mark.parametrize("seen", [{**GONE, "whole": True}, {**GONE, "newest": ""}])
async def test_one_that_is_whole_or_has_no_other_to_lead_to(seen: dict[str, Any]) -> None:
    now = await RepointSymlink().precondition(HostAccess(units={SHOP: unit(SHOP)}, answers={"release": seen}), TURN)
    assert not now.ok


async def test_r12_there_is_no_trusted_cause_while_its_unit_is_well() -> None:
    access = HostAccess(units={SHOP: unit(SHOP, "active")}, answers={"release": GONE})
    now = await RepointSymlink().precondition(access, TURN)
    assert now.ok and now.cause == ""


@pytest.mark.parametrize("odd", [{**GONE, "whole": "no"}, {**GONE, "leads": None}])
async def test_r07_who_does_not_say_where_it_leads_is_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        await RepointSymlink().precondition(HostAccess(units={SHOP: unit(SHOP)}, answers={"release": odd}), TURN)
