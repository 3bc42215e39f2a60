from __future__ import annotations

from stillwatch.gate.change.restart_unit import RestartUnit
from tests.gate.change.played import HostAccess, change, unit

A = "a.service"
RESTART = change("restart_unit", A, once=True)


async def test_restart_and_verify() -> None:
    access = HostAccess(units={A: unit(A, "active", invocation_id="1")})
    now = await RestartUnit().precondition(access, RESTART)
    assert now.ok and now.facts["invocation"] == "1"
    await RestartUnit().run(access, RESTART, now.facts)
    assert (await RestartUnit().verify(access, RESTART, now.facts)).ok is True
    assert access.done == [("restart", A)]


async def test_the_same_invocation_means_that_nothing_was_restarted() -> None:
    access = HostAccess(units={A: unit(A, "active", invocation_id="1")})
    assert (await RestartUnit().verify(access, RESTART, {"state": "active", "invocation": "1"})).ok is False


async def test_r14_worse_means_that_it_ran_before_and_is_down_now() -> None:
    access = HostAccess(units={A: unit(A, "failed", invocation_id="2")})
    assert (await RestartUnit().verify(access, RESTART, {"state": "active", "invocation": "1"})).worse is True
    assert (await RestartUnit().verify(access, RESTART, {"state": "failed", "invocation": "1"})).worse is False
    await RestartUnit().undo(access, RESTART, {})
    assert access.done == [("start", A)]


async def test_what_somebody_stopped_is_not_restarted() -> None:
    access = HostAccess(units={A: unit(A, "inactive", result="success")})
    assert not (await RestartUnit().precondition(access, RESTART)).ok


async def test_a_failed_unit_is_started_so_that_what_needs_it_keeps_running() -> None:
    access = HostAccess(units={A: unit(A, invocation_id="1")})
    now = await RestartUnit().precondition(access, RESTART)
    assert await RestartUnit().jobs(access, RESTART, now.facts) == (("start", A),)
    await RestartUnit().run(access, RESTART, now.facts)
    assert access.done == [("reset-failed", A), ("start", A)]
    assert (await RestartUnit().verify(access, RESTART, now.facts)).ok is True


async def test_r35_one_that_somebody_else_started_meanwhile_is_not_restarted() -> None:
    """A restart takes along what needs it; only a start was judged."""
    access = HostAccess(units={A: unit(A, invocation_id="1")})
    now = await RestartUnit().precondition(access, RESTART)
    access.units[A] = unit(A, "active", invocation_id="2")
    await RestartUnit().run(access, RESTART, now.facts)
    assert ("restart", A) not in access.done
