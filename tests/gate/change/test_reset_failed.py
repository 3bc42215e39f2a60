from __future__ import annotations

from stillwatch.gate.change.reset_failed import ResetFailed
from tests.gate.change.played import HostAccess, change, unit

A = "a.service"
RESET = change("reset_failed", A)


async def test_only_what_failed_is_forgotten() -> None:
    access = HostAccess(units={A: unit(A)})
    assert (await ResetFailed().precondition(access, RESET)).ok
    assert (await ResetFailed().verify(access, RESET, {})).ok is False
    await ResetFailed().run(access, RESET, {})
    assert (await ResetFailed().verify(access, RESET, {})).ok is True
    assert access.done == [("reset-failed", A)]
    assert not (await ResetFailed().precondition(access, RESET)).ok
