from __future__ import annotations

from typing import Any

import pytest

from stillwatch.gate.change.action import Interrupted, Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.change.nix_collect_garbage import NixCollectGarbage
from stillwatch.gate.change.nix_rollback import NixRollback
from tests.gate.change.played import HostAccess, change, unit

BACK = change("nix_rollback", "41")
FACTS = {"path": "/nix/var/nix/profiles/system", "runs": "42", "system": "/nix/store/x"}


def seen(**other: Any) -> dict[str, Any]:
    return {"hindrance": "", "said": "generation 42 runs", "facts": FACTS, "done": False} | other


async def test_the_facts_are_those_of_the_peek_program_and_the_state_of_the_host() -> None:
    access = HostAccess(answers={"nix_rollback": seen()})
    await NixRollback().check_target(access, BACK)
    now = await NixRollback().precondition(access, BACK)
    assert now.ok and now.facts == {**FACTS, "host": "running"} and not now.cause
    access.answers["nix_rollback"] = seen(hindrance="it runs already")
    now = await NixRollback().precondition(access, BACK)
    assert not now.ok and now.reason == "it runs already"
    with pytest.raises(Refused):
        await NixRollback().check_target(HostAccess(), BACK)


async def test_what_a_switch_does_with_units_that_run_is_judged() -> None:
    changed = {
        "a.service": "restart",
        "b.service": "stop",
        "c.service": "start",
        "d@.service": "restart",
        "e.timer": "restart",
    }
    units = {name: unit(name, "active") for name in ("a.service", "b.service")} | {
        "e.timer": unit("e.timer", "inactive")
    }
    access = HostAccess(units=units, answers={"nix_rollback": seen(units=changed)})
    assert await NixRollback().jobs(access, BACK, {}) == (("restart", "a.service"), ("stop", "b.service"))


async def test_it_is_done_with_the_facts_and_a_reply_that_says_nothing_is_unclear() -> None:
    access = HostAccess(answers={"nix_rollback": seen()})
    assert await NixRollback().run(access, BACK, FACTS) == "generation 42 runs"
    assert access.done == [("nix_rollback", "41")]

    class Mute(HostAccess):
        async def act(self, request: Any) -> dict[str, Any]:
            return {"ok": True}

    with pytest.raises(Interrupted):
        await NixRollback().run(Mute(answers={"nix_rollback": seen()}), BACK, FACTS)


class Degraded(HostAccess):
    async def system_state(self) -> str:
        return "degraded"


@pytest.mark.parametrize(
    ("kind", "before", "done", "ok", "worse"),
    [
        (HostAccess, "running", True, True, False),
        (HostAccess, "running", False, False, False),
        (Degraded, "running", True, False, True),
        (Degraded, "degraded", True, True, False),
    ],
)
async def test_a_host_that_is_worse_for_it_is_said_to_be(
    kind: type[HostAccess], before: str, done: bool, ok: bool, worse: bool
) -> None:
    access = kind(answers={"nix_rollback": seen(done=done)})
    measured = await NixRollback().verify(access, BACK, {**FACTS, "host": before})
    assert (measured.ok, measured.worse) == (ok, worse)


async def test_cleaning_makes_no_host_worse_and_is_never_taken_back() -> None:
    clean = change("nix_collect_garbage", "nix-store")
    access = Degraded(answers={"nix_collect_garbage": seen(done=True, cause="the kernel says that it is 95 % full")})
    now = await NixCollectGarbage().precondition(access, clean)
    assert now.cause and "host" not in now.facts
    measured = await NixCollectGarbage().verify(access, clean, {"host": "running"})
    assert measured.ok and not measured.worse
    with pytest.raises(Refused):
        await NixCollectGarbage().undo(access, clean, now.facts)
    assert not CATALOGUE["nix_collect_garbage"].undoes
