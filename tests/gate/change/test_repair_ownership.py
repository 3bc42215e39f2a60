from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.repair_ownership import RepairOwnership
from tests.gate.change.played import HostAccess, change, unit

SHOP = "shop.service"
REPAIR = change("repair_ownership", "/srv/shop/data", unit=SHOP)
WRONG = {"now": {"uid": 0, "gid": 0, "mode": 0o700}, "right": False}
RIGHT = {"now": {"uid": 9, "gid": 9, "mode": 0o750}, "right": True}


async def test_repair_and_start() -> None:
    access = HostAccess(units={SHOP: unit(SHOP)}, answers={"ownership": WRONG, "own": {}, "own_back": {}})
    await RepairOwnership().check_target(access, REPAIR)
    now = await RepairOwnership().precondition(access, REPAIR)
    assert now.ok and "0:0 0700" in now.cause and now.touches == (SHOP,)
    await RepairOwnership().run(access, REPAIR, {})
    assert access.done == [("own", "data"), ("reset-failed", SHOP), ("start", SHOP)]
    access.answers["ownership"] = RIGHT
    assert (await RepairOwnership().verify(access, REPAIR, now.facts)).ok is True
    assert not (await RepairOwnership().precondition(access, REPAIR)).ok
    await RepairOwnership().undo(access, REPAIR, now.facts)
    assert access.done[-1] == ("own_back", "data")


async def test_without_a_unit_nothing_is_started() -> None:
    alone = change("repair_ownership", "data")
    access = HostAccess(answers={"ownership": WRONG, "own": {}})
    assert (await RepairOwnership().precondition(access, alone)).touches == ()
    await RepairOwnership().run(access, alone, {})
    assert access.done == [("own", "data")]


@pytest.mark.parametrize("now", [None, {}, {"uid": "0", "gid": 0, "mode": 0}])
async def test_an_odd_answer_is_refused(now: object) -> None:
    access = HostAccess(units={SHOP: unit(SHOP)}, answers={"ownership": {"now": now, "right": False}})
    with pytest.raises(Refused):
        await RepairOwnership().precondition(access, REPAIR)


async def test_r15_without_a_hint_the_declared_path_is_enough_and_an_unknown_one_is_refused() -> None:
    await RepairOwnership().check_target(HostAccess(), change("repair_ownership", "data"))
    with pytest.raises(Refused):
        await RepairOwnership().check_target(HostAccess(), change("repair_ownership", "/etc/shadow"))
