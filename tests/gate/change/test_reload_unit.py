from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.reload_unit import ReloadUnit
from tests.gate.change.played import World, change, unit

A = "a.service"
RELOAD = change("reload_unit", A)


async def test_only_what_runs_is_reloaded() -> None:
    world = World(units={A: unit(A, "active")})
    assert (await ReloadUnit().precondition(world, RELOAD)).ok
    await ReloadUnit().run(world, RELOAD, {})
    assert (await ReloadUnit().verify(world, RELOAD, {"state": "active"})).ok is True
    assert world.done == [("reload", A)]
    assert not (await ReloadUnit().precondition(World(units={A: unit(A)}), RELOAD)).ok
    with pytest.raises(Refused, match="reload_unit"):
        await ReloadUnit().undo(world, RELOAD, {})
