from __future__ import annotations

from typing import Any

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.enable_timer import EnableTimer
from tests.gate.change.played import HostAccess, change, unit

T = "renew.timer"
ENABLE = change("enable_timer", T)
ALONE: dict[str, Any] = {"enables": {"along": {}}}


async def test_a_declared_timer_that_is_off() -> None:
    off = unit(T, "inactive", enabled="disabled", triggers=("renew.service",))
    access = HostAccess(units={T: off}, answers=ALONE | {"enable_timer": {}, "disable_timer": {}})
    await EnableTimer().check_target(access, ENABLE)
    now = await EnableTimer().precondition(access, ENABLE)
    assert now.ok and now.cause and now.touches == (T, "renew.service")
    await EnableTimer().run(access, ENABLE, now.facts)
    assert (await EnableTimer().verify(access, ENABLE, now.facts)).ok is False
    access.units[T] = unit(T, "active", enabled="enabled")
    assert (await EnableTimer().verify(access, ENABLE, now.facts)).ok is True
    await EnableTimer().undo(access, ENABLE, now.facts)
    assert access.done == [("enable_timer", T), ("disable_timer", T)]


async def test_a_timer_that_was_enabled_before_stays_enabled_when_it_is_taken_back() -> None:
    access = HostAccess(units={T: unit(T, "inactive", enabled="enabled")}, answers=ALONE | {"stop_timer": {}})
    now = await EnableTimer().precondition(access, ENABLE)
    await EnableTimer().undo(access, ENABLE, now.facts)
    assert access.done == [("stop_timer", T)]
    assert EnableTimer().is_back(now.facts, now.facts)
    assert not EnableTimer().is_back(now.facts, {**now.facts, "enabled": "disabled"})


@pytest.mark.parametrize(("state", "enabled"), [("active", "enabled"), ("inactive", "masked")])
async def test_one_that_runs_or_is_masked_is_left_alone(state: str, enabled: str) -> None:
    access = HostAccess(units={T: unit(T, state, enabled=enabled)}, answers=ALONE)
    assert not (await EnableTimer().precondition(access, ENABLE)).ok


async def test_an_undeclared_timer() -> None:
    access = HostAccess(units={"evil.timer": unit("evil.timer")})
    with pytest.raises(Refused):
        await EnableTimer().check_target(access, change("enable_timer", "evil.timer"))


def with_it(state: str) -> HostAccess:
    off = unit(T, "inactive", enabled="disabled", triggers=("renew.service",))
    return HostAccess(units={T: off}, answers={"enables": {"along": {"sync.service": state}}})


async def test_r35_what_is_enabled_along_is_judged_as_what_it_would_start() -> None:
    access = with_it("disabled")
    now = await EnableTimer().precondition(access, ENABLE)
    assert now.ok and "sync.service" in now.reason and "sync.service" in now.touches
    jobs = await EnableTimer().jobs(access, ENABLE, now.facts)
    assert jobs == (("start", T), ("start", "sync.service"))
    assert await EnableTimer().jobs(access, ENABLE, now.facts, undo=True) == (("stop", T),)


async def test_what_could_not_be_taken_back_alone_is_not_enabled() -> None:
    now = await EnableTimer().precondition(with_it("enabled"), ENABLE)
    assert not now.ok and "sync.service" in now.reason


async def test_r07_who_does_not_say_what_is_enabled_along_is_refused() -> None:
    access = with_it("disabled")
    access.answers["enables"] = {"along": "nothing"}
    with pytest.raises(Refused, match="enable"):
        await EnableTimer().precondition(access, ENABLE)
