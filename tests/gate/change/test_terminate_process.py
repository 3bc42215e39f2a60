from __future__ import annotations

from typing import Any

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.terminate_process import TerminateProcess
from tests.gate.change.played import HostAccess, change, unit

SHOP = "shop.service"
END = change("terminate_process", "77", port=8080, unit=SHOP)


def holder(**facts: Any) -> dict[str, Any]:
    scope = "session-3.scope"
    found = {"pid": 77, "start": 9, "comm": "python3", "uid": 1000, "cgroup": f"/user.slice/{scope}", "unit": scope}
    return {"holders": [found | facts]}


async def test_a_stray_holder_of_a_failed_units_port() -> None:
    access = HostAccess(units={SHOP: unit(SHOP)}, answers={"port": holder(), "terminate": {"ended": True}})
    await TerminateProcess().check_target(access, END)
    now = await TerminateProcess().precondition(access, END)
    assert now.ok and "process 77 (python3)" in now.cause and now.facts["start"] == "9"
    await TerminateProcess().run(access, END, now.facts)
    assert access.done == [("terminate", "77"), ("reset-failed", SHOP), ("start", SHOP)]
    access.answers["port"] = {"holders": []}
    assert (await TerminateProcess().verify(access, END, now.facts)).ok is True


@pytest.mark.parametrize("belongs", ["nginx.service", "ssh.service", "dbus.service"])
async def test_a_process_of_another_unit_is_never_ended(belongs: str) -> None:
    access = HostAccess(units={SHOP: unit(SHOP)}, answers={"port": holder(unit=belongs)})
    now = await TerminateProcess().precondition(access, END)
    assert not now.ok and now.cause == "" and belongs in now.touches


async def test_r36_a_users_own_unit_of_the_same_name_is_another_thing() -> None:
    theirs = "/user.slice/user-1000.slice/user@1000.service/app.slice"
    for cgroup, ok in (
        (f"/system.slice/{SHOP}", True),
        (f"{theirs}/{SHOP}", False),
        (f"/system.slice/x.service/{SHOP}", False),
    ):
        access = HostAccess(units={SHOP: unit(SHOP)}, answers={"port": holder(unit=SHOP, cgroup=cgroup)})
        assert (await TerminateProcess().precondition(access, END)).ok is ok, cgroup


async def test_r22_another_process_or_a_unit_that_runs() -> None:
    other = HostAccess(units={SHOP: unit(SHOP)}, answers={"port": holder(pid=78)})
    assert not (await TerminateProcess().precondition(other, END)).ok
    well = HostAccess(units={SHOP: unit(SHOP, "active")}, answers={"port": holder()})
    assert not (await TerminateProcess().precondition(well, END)).ok
    assert other.done == well.done == []


async def test_r07_an_answer_that_is_no_list_of_processes_is_refused() -> None:
    access = HostAccess(units={SHOP: unit(SHOP)}, answers={"port": {"holders": "77"}})
    with pytest.raises(Refused, match="no list"):
        await TerminateProcess().precondition(access, END)
    assert access.done == []
