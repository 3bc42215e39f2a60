from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Absent, Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.change.unit_verb import do, unit_facts
from tests.gate.change.played import HostAccess, change, unit
from tests.support.facts import facts

VERBS = ("start_unit", "stop_unit", "restart_unit", "reload_unit", "reset_failed")


@pytest.mark.parametrize("name", VERBS)
async def test_a_unit_that_is_not_loaded_is_absent(name: str) -> None:
    with pytest.raises(Absent):
        await CATALOGUE[name].check_target(HostAccess(), change(name, "no.service"))


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("target", ["multi-user.target", "home.mount", "user.slice", "init.scope"])
async def test_only_kinds_that_may_be_touched(name: str, target: str) -> None:
    with pytest.raises(Refused):
        await CATALOGUE[name].check_target(HostAccess(units={target: unit(target)}), change(name, target))


async def test_r12_the_cause_is_what_pid_1_says() -> None:
    access = HostAccess(
        units={"a.service": unit("a.service", result="exit-code"), "b.service": unit("b.service", "active")}
    )
    failed = await CATALOGUE["restart_unit"].precondition(access, change("restart_unit", "a.service"))
    assert failed.ok and facts(failed.cause)[:2] == ["1", "a.service"] and "(exit-code)" in failed.cause
    assert failed.touches == ("a.service",)
    well = await CATALOGUE["restart_unit"].precondition(access, change("restart_unit", "b.service"))
    assert well.ok and well.cause == ""


async def test_a_restart_loop_is_a_cause_and_its_facts_do_not_drift() -> None:
    first = unit("a.service", "activating", sub_state="auto-restart", restarts=3, invocation_id="1")
    second = unit("a.service", "active", sub_state="running", restarts=4, invocation_id="2")
    assert unit_facts(first) == unit_facts(second)
    seen = await CATALOGUE["restart_unit"].precondition(
        HostAccess(units={"a.service": first}), change("restart_unit", "a.service")
    )
    assert facts(seen.cause)[:2] == ["1", "a.service"] and "failed" not in seen.cause


def test_pid_1_may_forget_the_invocation_of_a_unit_that_is_down() -> None:
    kept, forgotten = (unit("a.service", "inactive", invocation_id=one, restarts=int(bool(one))) for one in ("1", ""))
    assert unit_facts(kept) == unit_facts(forgotten)
    assert unit_facts(unit("a.service", invocation_id="1")) != unit_facts(unit("a.service", invocation_id="2"))


@pytest.mark.parametrize("result", ["canceled", "dependency", "skipped"])
async def test_a_job_that_never_ran_changed_nothing(result: str) -> None:
    with pytest.raises(Refused):
        await do(HostAccess(result=result), "start", "a.service")
    assert (await do(HostAccess(result="failed"), "start", "a.service")).endswith("failed")
