from __future__ import annotations

import asyncio

import pytest

from stillwatch.gate.change import unit_verb
from stillwatch.gate.change.action import Absent, Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.change.unit_verb import do, unit_facts
from tests.gate.change.played import World, change, unit

VERBS = ("start_unit", "stop_unit", "restart_unit", "reload_unit", "reset_failed")


@pytest.mark.parametrize("name", VERBS)
async def test_a_unit_that_is_not_loaded_is_absent(name: str) -> None:
    with pytest.raises(Absent):
        await CATALOGUE[name].check_target(World(), change(name, "no.service"))


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("target", ["multi-user.target", "home.mount", "user.slice", "init.scope"])
async def test_only_kinds_that_may_be_touched(name: str, target: str) -> None:
    with pytest.raises(Refused):
        await CATALOGUE[name].check_target(World(units={target: unit(target)}), change(name, target))


async def test_r12_the_cause_is_what_pid_1_says() -> None:
    world = World(units={"a.service": unit("a.service", result="exit-code"), "b.service": unit("b.service", "active")})
    failed = await CATALOGUE["restart_unit"].precondition(world, change("restart_unit", "a.service"))
    assert failed.ok and "PID 1 says that a.service is failed (exit-code)" in failed.cause
    assert failed.touches == ("a.service",)
    well = await CATALOGUE["restart_unit"].precondition(world, change("restart_unit", "b.service"))
    assert well.ok and well.cause == ""


async def test_a_restart_loop_is_a_cause_and_its_facts_do_not_drift() -> None:
    first = unit("a.service", "activating", sub_state="auto-restart", restarts=3, invocation_id="1")
    second = unit("a.service", "active", sub_state="running", restarts=4, invocation_id="2")
    assert unit_facts(first) == unit_facts(second)
    seen = await CATALOGUE["restart_unit"].precondition(
        World(units={"a.service": first}), change("restart_unit", "a.service")
    )
    assert "again and again" in seen.cause


def test_pid_1_may_forget_the_invocation_of_a_unit_that_is_down() -> None:
    kept, forgotten = (unit("a.service", "inactive", invocation_id=one, restarts=int(bool(one))) for one in ("1", ""))
    assert unit_facts(kept) == unit_facts(forgotten)
    assert unit_facts(unit("a.service", invocation_id="1")) != unit_facts(unit("a.service", invocation_id="2"))


async def test_the_blast_radius_names_who_needs_it() -> None:
    world = World(units={"db.service": unit("db.service", "active")})
    blast = await CATALOGUE["restart_unit"].blast_radius(world, change("restart_unit", "db.service"))
    assert blast.dependants == ("gitea.service", "nextcloud.service")
    assert "2 active units" in blast.said


SEEN = {"count": 14, "peers": ["gitea.service", "nextcloud.service", "session-7.scope"], "sessions": ["7"]}


@pytest.mark.parametrize(("action", "doing"), [("restart_unit", "restarting"), ("stop_unit", "stopping")])
async def test_the_blast_radius_says_whose_connections_drop_and_who_is_logged_in(action: str, doing: str) -> None:
    world = World(units={"pg.service": unit("pg.service", "active")}, answers={"connections": SEEN})
    world.logged_in = {"pg.service": ("3", "7")}
    blast = await CATALOGUE[action].blast_radius(world, change(action, "pg.service"))
    assert (blast.connections, blast.sessions) == (14, ("3", "7"))
    assert blast.said == (
        f"{doing} pg drops 14 connections of gitea, nextcloud, session-7.scope; in use by open sessions: 3, 7"
    )


async def test_one_connection_from_elsewhere_has_no_owner() -> None:
    world = World(units={"pg.service": unit("pg.service", "active")}, answers={"connections": {"count": 1}})
    blast = await CATALOGUE["restart_unit"].blast_radius(world, change("restart_unit", "pg.service"))
    assert blast.said == "restarting pg drops 1 connection"


@pytest.mark.parametrize("answer", [{"count": "many"}, {"count": 2, "peers": [3]}, None])
async def test_connections_that_cannot_be_seen_are_not_said_and_refuse_nothing(
    answer: dict[str, object] | None,
) -> None:
    world = World(units={"pg.service": unit("pg.service", "active")}, answers={"connections": answer} if answer else {})
    blast = await CATALOGUE["restart_unit"].blast_radius(world, change("restart_unit", "pg.service"))
    assert (blast.said, blast.connections) == ("", 0)


async def test_r05_a_peek_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_verb, "PEEK_SECONDS", 0.02)
    world = World(units={"pg.service": unit("pg.service", "active")})
    monkeypatch.setattr(world, "peek", lambda request: asyncio.sleep(60))
    blast = await CATALOGUE["stop_unit"].blast_radius(world, change("stop_unit", "pg.service"))
    assert blast.connections == 0


@pytest.mark.parametrize("action", ["reload_unit", "start_unit"])
async def test_what_drops_no_connection_claims_none(action: str) -> None:
    world = World(units={"pg.service": unit("pg.service", "active")}, answers={"connections": SEEN})
    assert (await CATALOGUE[action].blast_radius(world, change(action, "pg.service"))).said == ""


@pytest.mark.parametrize("result", ["canceled", "dependency", "skipped"])
async def test_a_job_that_never_ran_changed_nothing(result: str) -> None:
    with pytest.raises(Refused):
        await do(World(result=result), "start", "a.service")
    assert (await do(World(result="failed"), "start", "a.service")).endswith("failed")
