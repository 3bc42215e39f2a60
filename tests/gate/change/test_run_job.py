from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.run_job import RunJob
from tests.gate.change.played import HostAccess, change, unit

J = "nightly.service"
AGAIN = change("run_job", J)


async def test_a_job_that_failed_runs_once_more() -> None:
    access = HostAccess(units={J: unit(J, "failed", kind="oneshot", result="exit-code", invocation_id="1")})
    await RunJob().check_target(access, AGAIN)
    now = await RunJob().precondition(access, AGAIN)
    assert now.ok and J in now.cause
    await RunJob().run(access, AGAIN, now.facts)
    assert access.done == [("start", J)]
    assert (await RunJob().verify(access, AGAIN, now.facts)).ok is False
    access.units[J] = unit(J, "inactive", kind="oneshot", result="success", invocation_id="2")
    assert (await RunJob().verify(access, AGAIN, now.facts)).ok is True


@pytest.mark.parametrize(("state", "kind"), [("inactive", "oneshot"), ("active", "oneshot"), ("failed", "simple")])
async def test_one_that_has_not_failed_or_is_no_job(state: str, kind: str) -> None:
    assert not (await RunJob().precondition(HostAccess(units={J: unit(J, state, kind=kind)}), AGAIN)).ok


async def test_r15_a_job_that_the_policy_does_not_declare() -> None:
    with pytest.raises(Refused):
        await RunJob().check_target(HostAccess(units={"x.service": unit("x.service")}), change("run_job", "x.service"))
