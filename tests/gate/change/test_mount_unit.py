from __future__ import annotations

from typing import Any

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.mount_unit import MountUnit
from tests.gate.change.played import HostAccess, change, unit

PLACE, UNIT = "/srv/photos", "srv-photos.mount"
MOUNT = change("mount_unit", PLACE)
BARE: dict[str, Any] = {"what": "", "entries": 0}


def access(**seen: object) -> HostAccess:
    return HostAccess(units={UNIT: unit(UNIT, "inactive")}, answers={"mount": {**BARE, **seen}, "unmount": {}})


async def test_it_is_mounted_and_unmounted_again() -> None:
    host = access()
    await MountUnit().check_target(host, MOUNT)
    now = await MountUnit().precondition(host, MOUNT)
    assert now.ok and now.cause
    await MountUnit().run(host, MOUNT, now.facts)
    assert (await MountUnit().verify(host, MOUNT, now.facts)).ok is False
    assert (await MountUnit().verify(access(what="8:2"), MOUNT, now.facts)).ok is True
    await MountUnit().undo(host, MOUNT, now.facts)
    assert host.done == [("mount", PLACE), ("unmount", PLACE)]


@pytest.mark.parametrize("host", [access(what="8:2"), access(entries=2), HostAccess(answers={"mount": BARE})])
async def test_over_data_or_another_mount_or_without_a_unit_nothing_is_mounted(host: HostAccess) -> None:
    now = await MountUnit().precondition(host, MOUNT)
    assert not now.ok and now.cause == ""


async def test_r07_who_does_not_say_whether_it_is_mounted_is_refused() -> None:
    with pytest.raises(Refused):
        await MountUnit().precondition(access(what=None), MOUNT)


async def test_r15_a_place_that_the_policy_does_not_declare() -> None:
    with pytest.raises(Refused):
        await MountUnit().check_target(access(), change("mount_unit", "/srv"))
