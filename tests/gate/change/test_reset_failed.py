from __future__ import annotations

from stillwatch.gate.change.reset_failed import ResetFailed
from tests.gate.change.played import World, change, unit

A = "a.service"
RESET = change("reset_failed", A)


async def test_only_what_failed_is_forgotten() -> None:
    world = World(units={A: unit(A)})
    assert (await ResetFailed().precondition(world, RESET)).ok
    assert (await ResetFailed().verify(world, RESET, {})).ok is False
    await ResetFailed().run(world, RESET, {})
    assert (await ResetFailed().verify(world, RESET, {})).ok is True
    assert world.done == [("reset-failed", A)]
    assert not (await ResetFailed().precondition(world, RESET)).ok
