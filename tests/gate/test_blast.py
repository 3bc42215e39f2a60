from __future__ import annotations

import asyncio

import pytest

from stillwatch.gate import blast
from stillwatch.gate.change.action import BlastRadius, Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from tests.gate.change.played import HostAccess, change, unit
from tests.support.facts import facts

NEEDED = {"RequiredBy": ["gitea.service", "nextcloud.service"]}


async def hit(access: HostAccess, action: str, target: str, *, undo: bool = False) -> BlastRadius:
    before = {"state": access.units[target].active_state}
    jobs = await CATALOGUE[action].jobs(access, change(action, target), before, undo=undo)
    return await blast.blast_radius(access, jobs, await access.effects(jobs))


async def test_taking_a_start_back_is_a_stop_and_hits_whom_a_stop_hits() -> None:
    access = HostAccess(units={"db.service": unit("db.service", "active")}, links={"db.service": NEEDED})
    assert (await hit(access, "start_unit", "db.service")).dependants == ()
    assert (await hit(access, "start_unit", "db.service", undo=True)).dependants == (
        "gitea.service",
        "nextcloud.service",
    )


async def test_r21_what_may_happen_to_the_host_is_read_before_a_long_list_of_units() -> None:
    others = [f"u{number}.service" for number in range(40)]
    links = {"a.service": {"Wants": others, "SuccessAction": "poweroff"}}
    access = HostAccess(units={one: unit(one) for one in ("a.service", *others)}, links=links)
    said = (await hit(access, "start_unit", "a.service")).said
    assert "poweroff" in said[:100] and "u39.service" in said


async def test_a_failed_unit_is_started_so_what_needs_it_keeps_running() -> None:
    access = HostAccess(units={"db.service": unit("db.service")}, links={"db.service": NEEDED})
    assert (await hit(access, "restart_unit", "db.service")).dependants == ()


async def test_r35_a_start_says_whom_it_stops_and_what_may_happen_to_the_host() -> None:
    links = {"Conflicts": ["nginx.service"], "SuccessAction": "poweroff", "OnFailure": ["tell.service"]}
    access = HostAccess(
        units={"a.service": unit("a.service"), "tell.service": unit("tell.service")}, links={"a.service": links}
    )
    seen = await hit(access, "start_unit", "a.service")
    assert (seen.dependants, seen.dire) == (("nginx.service",), ("SuccessAction=poweroff of a.service",))
    host, starts, stops = seen.said.split("; ")
    assert "start" in starts and facts(starts) == ["1", "tell.service"]
    assert "stop" in stops and facts(stops) == ["1", "nginx.service"]
    assert facts(host) == ["SuccessAction=poweroff", "a.service"]


async def test_r35_what_isolates_is_refused() -> None:
    links = {"OnFailure": ["a.target"], "OnFailureJobMode": "isolate"}
    with pytest.raises(Refused, match="isolates"):
        await hit(
            HostAccess(units={"a.service": unit("a.service")}, links={"a.service": links}), "start_unit", "a.service"
        )


async def test_r35_more_than_can_be_looked_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blast, "MOST_DOWN", 2)
    access = HostAccess(units={"db.service": unit("db.service", "active")}, links={"db.service": NEEDED})
    with pytest.raises(Refused, match="more than 2"):
        await hit(access, "stop_unit", "db.service")


async def test_the_blast_radius_names_who_needs_it() -> None:
    access = HostAccess(units={"db.service": unit("db.service", "active")}, links={"db.service": NEEDED})
    seen = await hit(access, "restart_unit", "db.service")
    assert seen.dependants == ("gitea.service", "nextcloud.service")
    assert "restart" in seen.said and facts(seen.said) == ["2", "gitea.service", "nextcloud.service"]


SEEN = {"count": 14, "peers": ["gitea.service", "nextcloud.service", "session-7.scope"], "sessions": ["7"]}


@pytest.mark.parametrize(("action", "doing"), [("restart_unit", "restarting"), ("stop_unit", "stopping")])
async def test_the_blast_radius_says_whose_connections_drop_and_who_is_logged_in(action: str, doing: str) -> None:
    access = HostAccess(units={"pg.service": unit("pg.service", "active")}, answers={"connections": SEEN})
    access.logged_in = {"pg.service": ("3", "7")}
    seen = await hit(access, action, "pg.service")
    assert (seen.connections, seen.sessions) == (14, ("3", "7"))
    drops, used = seen.said.split("; ")
    assert drops.startswith(f"{doing} pg ") and drops.endswith(" 14 connections of gitea, nextcloud, session-7.scope")
    assert facts(used) == ["3", "7"]


async def test_one_connection_from_elsewhere_has_no_owner() -> None:
    access = HostAccess(units={"pg.service": unit("pg.service", "active")}, answers={"connections": {"count": 1}})
    seen = await hit(access, "restart_unit", "pg.service")
    assert seen.said.startswith("restarting pg ") and seen.said.endswith(" 1 connection")


@pytest.mark.parametrize("answer", [{"count": "many"}, {"count": 2, "peers": [3]}, None])
async def test_connections_that_cannot_be_seen_are_not_said_and_refuse_nothing(
    answer: dict[str, object] | None,
) -> None:
    access = HostAccess(
        units={"pg.service": unit("pg.service", "active")}, answers={"connections": answer} if answer else {}
    )
    seen = await hit(access, "restart_unit", "pg.service")
    assert (seen.said, seen.connections) == ("", 0)


async def test_r05_a_peek_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blast, "PEEK_SECONDS", 0.02)
    access = HostAccess(units={"pg.service": unit("pg.service", "active")})
    monkeypatch.setattr(access, "peek", lambda request: asyncio.sleep(60))
    seen = await hit(access, "stop_unit", "pg.service")
    assert seen.connections == 0


@pytest.mark.parametrize("action", ["reload_unit", "start_unit"])
async def test_what_drops_no_connection_claims_none(action: str) -> None:
    access = HostAccess(units={"pg.service": unit("pg.service", "active")}, answers={"connections": SEEN})
    assert (await hit(access, action, "pg.service")).said == ""
