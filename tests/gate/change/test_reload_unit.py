from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.reload_unit import ReloadUnit
from tests.gate.change.played import HostAccess, change, unit

A = "a.service"
RELOAD = change("reload_unit", A)


async def test_only_what_runs_is_reloaded() -> None:
    access = HostAccess(units={A: unit(A, "active")})
    assert (await ReloadUnit().precondition(access, RELOAD)).ok
    await ReloadUnit().run(access, RELOAD, {})
    assert (await ReloadUnit().verify(access, RELOAD, {"state": "active"})).ok is True
    assert access.done == [("reload", A)]
    assert not (await ReloadUnit().precondition(HostAccess(units={A: unit(A)}), RELOAD)).ok
    with pytest.raises(Refused, match="reload_unit"):
        await ReloadUnit().undo(access, RELOAD, {})
