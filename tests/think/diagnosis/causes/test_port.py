from __future__ import annotations

import pytest

from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.think.diagnosis.causes.case import Case
from stillwatch.think.diagnosis.causes.port import said_ports
from tests.support.facts import facts

from .scene import AT, Looks, ask, trigger, unit

STRAY = {"port": 18081, "pid": 77, "name": "python3", "unit": "session-4.scope", "started": 1_799_999_880.0}
SAID = trigger("port-in-use", "cannot bind 127.0.0.1:18081: Address already in use", port="18081")


async def test_a_stray_process_holds_the_port() -> None:
    _, said = await ask(SAID, looks=Looks(listening_sockets={"sockets": [STRAY]}))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("port-in-use", "python3 (pid 77)")
    assert "18081" in said.cause.text and "07:58:00" in said.cause.text
    assert said.confidence >= 0.9
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.target) == ("terminate_process", "77")
    assert said.proposal.arguments == {"port": 18081, "unit": "shop.service"}
    assert said.next == "act"


@pytest.mark.parametrize(
    "holder",
    [
        {**STRAY, "unit": "other.service"},
        {**STRAY, "unit": "", "name": "sshd"},
        {**STRAY, "unit": "", "name": "systemd", "pid": 1},
        {**STRAY, "unit": "", "pid": 0},
    ],
)
async def test_a_unit_of_its_own_or_a_protected_process_is_told_and_not_terminated(holder: dict[str, object]) -> None:
    _, said = await ask(SAID, looks=Looks(listening_sockets={"sockets": [holder]}))
    assert said.cause is not None and said.cause.id == "port-in-use"
    assert said.proposal is None


async def test_without_words_the_ports_that_the_unit_names_are_looked_up() -> None:
    shop = unit(exec_start=("/opt/shop", "--listen", "127.0.0.1:18081"))
    looks = Looks(listening_sockets={"sockets": [STRAY]})
    _, said = await ask(trigger("exit-code", trusted=True), looks=looks, units=(shop,))
    assert said.cause is not None and said.cause.id == "port-in-use"


async def test_the_units_own_socket_and_a_lie_about_a_port_prove_nothing() -> None:
    own = {**STRAY, "unit": "shop.service"}
    lie = trigger("port-in-use", "port 22 in use", port="22")
    for said_of, sockets in ((SAID, [own]), (lie, [STRAY])):
        _, said = await ask(said_of, looks=Looks(listening_sockets={"sockets": sockets}))
        assert said.confidence <= 0.6
        assert said.proposal is None


@pytest.mark.parametrize(
    "junk", [{"sockets": "x"}, {"sockets": [1, None]}, {"sockets": [{"port": "18081", "pid": "7"}]}]
)
async def test_odd_data_is_not_known(junk: dict[str, object]) -> None:
    _, said = await ask(SAID, looks=Looks(listening_sockets=junk))
    assert said.confidence <= 0.6


async def test_who_started_the_stray_and_two_units_that_want_one_port() -> None:
    _, said = await ask(SAID, looks=Looks(listening_sockets={"sockets": [{**STRAY, "user": "dev7"}]}))
    assert said.cause is not None
    assert "dev7" in said.cause.text and "07:58:00" in said.cause.text
    other = {**STRAY, "unit": "other.service"}
    _, said = await ask(SAID, looks=Looks(listening_sockets={"sockets": [other]}))
    assert any({"shop.service", "other.service"} <= set(facts(note)) for note in said.notes)


async def test_a_port_that_only_the_configuration_names() -> None:
    silent = trigger("port-in-use", "cannot start: address already in use")
    looks = Looks(listening_sockets={"sockets": [STRAY]}, unit_status={"config_ports": [18081, 9]})
    _, said = await ask(silent, looks=looks)
    assert said.proposal is not None and said.proposal.target == "77"


async def test_a_time_of_day_names_no_port() -> None:
    said = trigger("port-in-use", "2026-11-27 18:50:22 UTC [142] could not bind: Address already in use", port="22")
    assert said_ports_of(said) == []
    assert said_ports_of(trigger("port-in-use", "18:50:22 bind to 127.0.0.1:8443: Address already in use")) == [8443]


def said_ports_of(said: Trigger) -> list[int]:
    incident = Incident(
        id="I1", key="k", state="open", severity=Severity.high, summary="", subject="shop.service", host="h",
        opened=AT, updated=AT, triggers=(said,),
    )  # fmt: skip
    return said_ports(Case(incident=incident, units={}))


async def test_where_nobody_names_a_port_the_servers_custom_counts() -> None:
    holder = {"port": 5432, "pid": 9, "name": "perl", "unit": "tunnel.service", "user": "root"}
    looks = Looks(listening_sockets=lambda asked: {"sockets": [holder] if asked["port"] == 5432 else []})
    base = unit("postgresql@15-main.service", exec_start=("/usr/bin/pg_ctlcluster", "15-main"))
    said = trigger("port-in-use", "could not bind: Address already in use", subject=base.name)
    _, told = await ask(said, looks=looks, units=(base,), subject=base.name)
    assert told.cause and "tunnel.service" in told.cause.text and told.confidence >= 0.9


async def test_a_socket_that_is_taken_is_told_by_its_path() -> None:
    _, said = await ask(trigger("port-in-use", "socket /run/shop.sock: Address already in use", path="/run/shop.sock"))
    assert said.cause is not None and "/run/shop.sock" in said.cause.text
