from __future__ import annotations

from stillwatch.gate.change.stop_unit import StopUnit
from tests.gate.change.played import HostAccess, change, unit

A = "a.service"
STOP = change("stop_unit", A)


async def test_stop_verify_undo() -> None:
    access = HostAccess(units={A: unit(A, "active")})
    assert (await StopUnit().precondition(access, STOP)).ok
    assert (await StopUnit().verify(access, STOP, {})).ok is False
    await StopUnit().run(access, STOP, {})
    assert (await StopUnit().verify(access, STOP, {})).ok is True
    await StopUnit().undo(access, STOP, {})
    assert access.done == [("stop", A), ("start", A)]
    assert not (await StopUnit().precondition(HostAccess(units={A: unit(A, "inactive")}), STOP)).ok
    assert StopUnit().is_back({"state": "active"}, {"state": "active"})
    assert not StopUnit().is_back({"state": "active"}, {"state": "failed"})
