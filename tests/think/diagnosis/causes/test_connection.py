from __future__ import annotations

from dataclasses import replace

from .scene import AT, Looks, ask, trigger, unit

HERE = {"addresses": [{"address": "127.0.0.1", "local": True, "line": 0}]}
CLIENT = unit(active_state="active", result="success", exit_status=0)
REFUSED = trigger("dependency-failed", "request to http://127.0.0.1:8443/ failed: refused", target="127.0.0.1:8443")
HOLDER = {"protocol": "tcp", "port": 8443, "address": "127.0.0.1", "pid": 9, "name": "db", "unit": "db.service"}
CLAIM = {"claims": [{"unit": "db.service", "path": "/usr/lib/systemd/system/db.service", "how": "names"}]}


async def test_nobody_listens_and_the_unit_that_should_is_masked() -> None:
    looks = Looks(
        name_address=HERE, listening_sockets={"sockets": [], "x": 1}, port_claims=CLAIM,
        unit_status={"load_state": "masked", "active_state": "inactive"},
    )  # fmt: skip
    _, said = await ask(REFUSED, looks=looks, units=(CLIENT,))
    assert said.cause and (said.cause.id, said.cause.object) == ("masked", "db.service")
    assert said.proposal and (said.proposal.action, said.proposal.target) == ("unmask_unit", "db.service")
    assert said.confidence >= 0.9


async def test_a_stopped_server_that_is_switched_on_may_be_started_and_one_that_is_not_may_not() -> None:
    for enabled, action in (("enabled", "start_unit"), ("disabled", "")):
        looks = Looks(
            name_address=HERE, listening_sockets={"sockets": [], "x": 1}, port_claims=CLAIM,
            unit_status={"load_state": "loaded", "active_state": "inactive", "enabled": enabled},
        )  # fmt: skip
        _, said = await ask(REFUSED, looks=looks, units=(CLIENT,))
        assert said.cause and (said.cause.id, said.cause.object) == ("dependency-failed", "db.service")
        assert (said.proposal.action if said.proposal else "") == action


async def test_a_note_that_it_is_meant_is_heeded() -> None:
    looks = Looks(
        name_address=HERE, listening_sockets={"sockets": [], "x": 1}, port_claims=CLAIM,
        unit_status={"load_state": "loaded", "active_state": "inactive", "enabled": "enabled"},
    )  # fmt: skip
    _, said = await ask(REFUSED, looks=looks, units=(CLIENT,), told=("db.service is off on purpose until Monday",))
    assert said.meant and said.proposal is None
    _, said = await ask(REFUSED, looks=looks, units=(CLIENT,), told=("db.service is ours",))
    assert not said.meant


async def test_nobody_listens_and_no_unit_speaks_of_the_port() -> None:
    looks = Looks(name_address=HERE, listening_sockets={"sockets": [], "x": 1}, port_claims={"claims": [], "x": 1})
    _, said = await ask(REFUSED, looks=looks, units=(CLIENT,))
    assert said.cause and (said.cause.id, said.cause.object) == ("wrong-address", "127.0.0.1:8443")
    assert said.confidence < 0.9 and said.proposal is None


async def test_the_hosts_file_leads_elsewhere() -> None:
    wrong = {"addresses": [{"address": "10.9.9.9", "local": False, "line": 4}]}
    asks = trigger("network", "could not reach db.internal:8443", target="db.internal:8443")
    _, said = await ask(asks, looks=Looks(name_address=wrong, listening_sockets={"sockets": [HOLDER]}), units=(CLIENT,))
    assert said.cause and (said.cause.id, said.cause.object) == ("wrong-address", "/etc/hosts")
    assert "db.service" in said.cause.text and said.confidence >= 0.9


async def test_whoever_holds_the_port_and_is_stopped_hangs() -> None:
    for facts in ({"state": "stopped"}, {"state": "sleeping", "waiting": 12}):
        looks = Looks(name_address=HERE, listening_sockets={"sockets": [{**HOLDER, **facts}]})
        units = (CLIENT, unit("db.service", active_state="active"))
        _, said = await ask(REFUSED, looks=looks, units=units)
        assert said.cause and (said.cause.id, said.cause.object) == ("timeout", "db.service")
        assert said.proposal and (said.proposal.action, said.proposal.target) == ("restart_unit", "db.service")


async def test_what_answers_again_is_over_and_what_is_refused_still_is_not() -> None:
    came = {**HOLDER, "started": AT + 1}
    looks = Looks(name_address=HERE, listening_sockets={"sockets": [came]})
    _, said = await ask(REFUSED, looks=looks, units=(CLIENT,))
    assert said.over
    old = Looks(name_address=HERE, listening_sockets={"sockets": [{**HOLDER, "started": AT - 900}]})
    _, said = await ask(replace(REFUSED, first=AT - 60), looks=old, units=(CLIENT,))
    assert not said.over


async def test_who_listens_and_from_whom_no_packet_comes_back_is_behind_a_firewall() -> None:
    held = {"sockets": [{**HOLDER, "state": "sleeping", "waiting": 0, "started": AT - 900}]}
    looks = Looks(name_address=HERE, listening_sockets=held, connections={"opening": [{"port": 8443, "count": 1}]})
    for words, culprit in (("127.0.0.1:8443 timed out", "firewall, port 8443"), ("127.0.0.1:8443: bad answer", "")):
        silent = replace(trigger("network", words, target="127.0.0.1:8443"), first=AT - 30, last=AT - 1, count=9)
        _, said = await ask(silent, looks=looks, units=(CLIENT,))
        assert said.cause and (said.cause.object == culprit or not culprit)
        assert ("firewall" in said.cause.text) is bool(culprit)


async def test_a_silent_server_that_has_trouble_of_its_own_is_no_firewall_unless_a_connection_waits_to_open() -> None:
    held = {"sockets": [{**HOLDER, "state": "sleeping", "waiting": 0, "started": AT - 900}]}
    silent = replace(
        trigger("network", "127.0.0.1:8443 timed out", target="127.0.0.1:8443"), first=AT - 30, last=AT - 1
    )
    for opening, cause in (([], "dependency-failed"), ([{"port": 8443, "count": 1}], "network")):
        looks = Looks(name_address=HERE, listening_sockets=held, connections={"opening": opening})
        _, said = await ask(silent, looks=looks, units=(CLIENT,), troubled=frozenset(("db.service",)))
        assert said.cause and said.cause.id == cause


async def test_an_open_port_does_not_prove_that_anybody_is_answered() -> None:
    held = {"sockets": [{**HOLDER, "state": "sleeping", "waiting": 0, "started": AT - 900}]}
    looks = Looks(name_address=HERE, listening_sockets=held)
    for words, over in (("127.0.0.1:8443 timed out", False), ("127.0.0.1:8443: refused", True)):
        told = replace(trigger("network", words, target="127.0.0.1:8443"), first=AT - 40, last=AT - 8, count=33)
        _, said = await ask(told, looks=looks, units=(CLIENT,))
        assert bool(said.over) is over


async def test_a_server_that_takes_connections_and_answers_nothing_is_no_firewall() -> None:
    words = "upstream timed out while reading response header from upstream, upstream: http://127.0.0.1:8443/"
    looks = Looks(
        name_address=HERE, listening_sockets={"sockets": [{**HOLDER, "started": AT - 500}]}, connections={"opening": []}
    )  # fmt: skip
    db = unit("db.service", active_state="active", result="success", exit_status=0)
    _, said = await ask(trigger("network", words, target="127.0.0.1:8443"), looks=looks, units=(CLIENT, db))
    assert said.cause and (said.cause.id, said.cause.object) == ("timeout", "db.service")
    assert said.proposal and (said.proposal.action, said.proposal.target) == ("restart_unit", "db.service")


async def test_no_firewall_is_blamed_while_connections_to_the_port_are_open() -> None:
    silent = replace(
        trigger("network", "127.0.0.1:8443 timed out", target="127.0.0.1:8443"), first=AT - 30, last=AT - 1, count=9
    )
    for port, cause in ((8443, "timeout"), (9999, "network")):
        now = {"opening": [], "to_ports": [{"port": port, "count": 1}]}
        held = {"sockets": [{**HOLDER, "started": AT - 900}]}
        looks = Looks(name_address=HERE, listening_sockets=held, connections=now)
        _, said = await ask(silent, looks=looks, units=(CLIENT,))
        assert said.cause and said.cause.id == cause


async def test_who_is_called_by_a_name_of_the_settings_is_the_one_stopped_unit_whose_port_they_speak_of() -> None:
    named = trigger("dependency-failed", "Server lending/desk1 is DOWN")
    stopped = {"load_state": "loaded", "active_state": "inactive", "enabled": "enabled"}

    async def told(*units: str, held: bool = False) -> tuple[str, str]:
        looks = Looks(
            unit_status=lambda asked: {"config_ports": [8443]} if asked["unit"] == "shop.service" else stopped,
            listening_sockets={"sockets": [HOLDER] if held else [], "x": 1},
            port_claims={"claims": [{"unit": name, "path": f"/etc/{name}", "how": "names"} for name in units], "x": 1},
        )
        _, said = await ask(named, looks=looks, units=(CLIENT,))
        assert said.cause
        return said.cause.object, said.proposal.target if said.proposal else ""

    assert await told("desk.service") == ("desk.service", "desk.service")
    assert await told("desk.service", "till.service") == ("shop.service", "")
    assert await told() == ("shop.service", "")
    assert await told("desk.service", held=True) == ("shop.service", "")
