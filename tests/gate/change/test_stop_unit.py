from __future__ import annotations

from stillwatch.gate.change.stop_unit import StopUnit
from tests.gate.change.played import World, change, unit

A = "a.service"
STOP = change("stop_unit", A)


async def test_stop_verify_undo() -> None:
    world = World(units={A: unit(A, "active")})
    assert (await StopUnit().precondition(world, STOP)).ok
    assert (await StopUnit().verify(world, STOP, {})).ok is False
    await StopUnit().run(world, STOP, {})
    assert (await StopUnit().verify(world, STOP, {})).ok is True
    await StopUnit().undo(world, STOP, {})
    assert world.done == [("stop", A), ("start", A)]
    assert not (await StopUnit().precondition(World(units={A: unit(A, "inactive")}), STOP)).ok
    assert StopUnit().is_back({"state": "active"}, {"state": "active"})
    assert not StopUnit().is_back({"state": "active"}, {"state": "failed"})
