from __future__ import annotations

import pytest

from stillwatch.gate.change.start_unit import StartUnit
from tests.gate.change.played import HostAccess, change, unit

A = "a.service"
START = change("start_unit", A)


async def test_start_verify_undo() -> None:
    access = HostAccess(units={A: unit(A, invocation_id="1")})
    now = await StartUnit().precondition(access, START)
    assert now.ok
    assert (await StartUnit().run(access, START, now.facts)).endswith("done")
    assert (await StartUnit().verify(access, START, now.facts)).ok is True
    await StartUnit().undo(access, START, now.facts)
    assert access.done == [("start", A), ("stop", A)]


def test_it_is_back_where_it_was_down() -> None:
    assert StartUnit().is_back({"state": "failed"}, {"state": "inactive"})
    assert not StartUnit().is_back({"state": "failed"}, {"state": "active"})


@pytest.mark.parametrize("state", ["active", "reloading"])
async def test_what_runs_is_not_started(state: str) -> None:
    assert not (await StartUnit().precondition(HostAccess(units={A: unit(A, state)}), START)).ok


async def test_a_oneshot_that_ended_well_is_a_success_and_a_loop_is_none() -> None:
    ended = HostAccess(units={A: unit(A, "inactive", kind="oneshot", result="success")})
    assert (await StartUnit().verify(ended, START, {})).ok is True
    looping = HostAccess(units={A: unit(A, "active", restarts=2)})
    assert (await StartUnit().verify(looping, START, {})).ok is False
