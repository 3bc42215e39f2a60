from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Interrupted, Refused
from stillwatch.gate.change.declared_entry import bring_up, failure, find, loaded, number
from tests.gate.change.played import DECLARED, HostAccess, unit

A = "a.service"


def test_find_is_exact() -> None:
    assert find(DECLARED.files, "conf", "name", "path").unit == "shop.service"
    for target in ("con", "conf ", "/etc/shop", "/etc/shop/shop.conf/", ""):
        with pytest.raises(Refused, match="nothing"):
            find(DECLARED.files, target, "name", "path")
    with pytest.raises(Refused, match="two"):
        find((*DECLARED.files, *DECLARED.files), "conf", "name")


async def test_bring_up_starts_only_what_failed_and_tells_a_refusal() -> None:
    well = HostAccess(units={A: unit(A, "active")})
    assert await bring_up(well, A) == "" and well.done == []
    failed = HostAccess(units={A: unit(A)})
    assert "done" in await bring_up(failed, A)

    looping = HostAccess(units={A: unit(A, "activating", sub_state="auto-restart")})
    assert "done" in await bring_up(looping, A) and looping.done == [("reset-failed", A), ("start", A)]

    class Denied(HostAccess):
        async def job(self, verb: str, name: str) -> str:
            raise Refused("polkit says no")

    assert "polkit says no" in await bring_up(Denied(units={A: unit(A)}), A)


def test_failure() -> None:
    assert failure(unit(A)) and not failure(unit(A, "active")) and not failure(unit(A, "activating", sub_state="start"))


async def test_loaded() -> None:
    with pytest.raises(Refused):
        await loaded(HostAccess(), A)


def test_number() -> None:
    assert number({"a": 1}, "a") == 1
    for odd in ({}, {"a": "1"}, {"a": True}):
        with pytest.raises(Interrupted):
            number(odd, "a")
