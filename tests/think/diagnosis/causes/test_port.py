from __future__ import annotations

import pytest

from .scene import Looks, ask, trigger, unit

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
    assert "started by dev7, part of no service, has held it since 07:58:00" in said.cause.text
    other = {**STRAY, "unit": "other.service"}
    _, said = await ask(SAID, looks=Looks(listening_sockets={"sockets": [other]}))
    assert any("want the same port" in note for note in said.notes)


async def test_a_port_that_only_the_configuration_names() -> None:
    silent = trigger("port-in-use", "cannot start: address already in use")
    looks = Looks(listening_sockets={"sockets": [STRAY]}, unit_status={"config_ports": [18081, 9]})
    _, said = await ask(silent, looks=looks)
    assert said.proposal is not None and said.proposal.target == "77"
