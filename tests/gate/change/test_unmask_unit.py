from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.unmask_unit import UnmaskUnit
from tests.gate.change.played import HostAccess, change

DB = "db.service"
UNMASK = change("unmask_unit", DB)
MASKED = {"mask": "masked", "file": f"/usr/lib/systemd/system/{DB}"}


async def test_the_mask_is_taken_away_and_nothing_is_started() -> None:
    access = HostAccess(answers={"mask_of": MASKED, "unmask": {}, "mask_again": {}})
    await UnmaskUnit().check_target(access, UNMASK)
    now = await UnmaskUnit().precondition(access, UNMASK)
    assert now.ok and now.cause and now.facts["unit"] == DB
    assert await UnmaskUnit().jobs(access, UNMASK, now.facts) == ()
    await UnmaskUnit().run(access, UNMASK, now.facts)
    assert (await UnmaskUnit().verify(access, UNMASK, now.facts)).ok is False
    access.answers["mask_of"] = MASKED | {"mask": ""}
    assert (await UnmaskUnit().verify(access, UNMASK, now.facts)).ok is True
    await UnmaskUnit().undo(access, UNMASK, now.facts)
    assert access.done == [("unmask", DB), ("mask_again", DB)]


async def test_r36_the_mask_of_another_name_touches_the_unit_that_it_names() -> None:
    """mysql.service, masked, is a unit of its own to PID 1; its file is mariadb.service."""
    access = HostAccess(answers={"mask_of": MASKED | {"file": "/usr/lib/systemd/system/real.service"}})
    assert (await UnmaskUnit().precondition(access, UNMASK)).touches == ("real.service",)
    assert (await UnmaskUnit().precondition(HostAccess(answers={"mask_of": MASKED}), UNMASK)).touches == ()


async def test_one_that_is_not_masked_is_left_alone() -> None:
    now = await UnmaskUnit().precondition(HostAccess(answers={"mask_of": MASKED | {"mask": ""}}), UNMASK)
    assert not now.ok and now.cause == ""


async def test_r07_who_does_not_say_how_it_is_masked_is_refused() -> None:
    with pytest.raises(Refused):
        await UnmaskUnit().precondition(HostAccess(answers={"mask_of": {"mask": "masked"}}), UNMASK)


async def test_r15_a_unit_that_the_policy_does_not_declare() -> None:
    with pytest.raises(Refused):
        await UnmaskUnit().check_target(HostAccess(answers={"mask_of": MASKED}), change("unmask_unit", "shop.service"))
