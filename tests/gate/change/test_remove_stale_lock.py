from __future__ import annotations

import pytest

from stillwatch.gate.change.remove_stale_lock import RemoveStaleLock
from tests.gate.change.played import HostAccess, change, unit

SHOP = "shop.service"
REMOVE = change("remove_stale_lock", "/run/shop.pid", unit=SHOP)
STALE = {"there": True, "alive": "", "inode": 7}


async def test_remove_and_start() -> None:
    access = HostAccess(units={SHOP: unit(SHOP)}, answers={"lock": STALE, "remove_lock": {}})
    await RemoveStaleLock().check_target(access, REMOVE)
    now = await RemoveStaleLock().precondition(access, REMOVE)
    assert now.ok and "process" in now.cause and now.facts["inode"] == "7"
    await RemoveStaleLock().run(access, REMOVE, now.facts)
    assert access.done == [("remove_lock", "pid"), ("reset-failed", SHOP), ("start", SHOP)]
    assert (await RemoveStaleLock().verify(access, REMOVE, now.facts)).ok is False
    access.answers["lock"] = STALE | {"inode": 8}  # the unit's own new one
    assert (await RemoveStaleLock().verify(access, REMOVE, now.facts)).ok is True


@pytest.mark.parametrize(
    ("state", "lock"),
    [("active", STALE), ("failed", STALE | {"alive": "process 7 lives"}), ("failed", STALE | {"there": False})],
)
async def test_a_unit_that_runs_or_a_lock_that_is_held(state: str, lock: dict[str, object]) -> None:
    access = HostAccess(units={SHOP: unit(SHOP, state)}, answers={"lock": lock})
    now = await RemoveStaleLock().precondition(access, REMOVE)
    assert not now.ok and now.cause == ""
