from __future__ import annotations

import pytest

from .scene import AT, Looks, ask, trigger, unit

SERVER = unit("tls.service", active_state="active", exec_start=("/opt/tls", "/etc/tls/key.pem", "/etc/tls/cert.pem"))
CLIENT = unit(active_state="active", result="success", exit_status=0)
SAID = "request to https://shop.internal:8443/ failed: certificate verify failed"
HOLDER = {"sockets": [{"protocol": "tcp", "port": 8443, "address": "0.0.0.0", "unit": "tls.service"}]}


@pytest.mark.parametrize(
    ("begins", "ends", "name", "cause", "word"),
    [
        (AT - 900, AT - 60, "shop.internal", "certificate-expired", "expired"),
        (AT + 900, AT + 9000, "shop.internal", "certificate-wrong", "not valid before"),
        (AT - 900, AT + 9000, "old.internal", "certificate-wrong", "is for old.internal"),
    ],
)
async def test_what_the_server_shows_is_held_against_the_clock_and_the_name(
    begins: float, ends: float, name: str, cause: str, word: str
) -> None:
    looks = Looks(shown_certificate={"names": [name], "begins": begins, "ends": ends}, listening_sockets=HOLDER)
    _, said = await ask(trigger("certificate-wrong", SAID), looks=looks, units=(CLIENT, SERVER))
    assert said.cause and (said.cause.id, said.cause.object) == (cause, "/etc/tls/cert.pem")
    assert word in said.cause.text and said.confidence >= 0.9 and said.proposal is None


async def test_a_certificate_that_is_right_proves_nothing_and_a_wildcard_covers_one_label() -> None:
    right = {"names": ["*.internal"], "begins": AT - 900, "ends": AT + 9000}
    looks = Looks(shown_certificate=right, listening_sockets=HOLDER)
    _, said = await ask(trigger("certificate-wrong", SAID), looks=looks, units=(CLIENT, SERVER))
    assert said.cause and said.cause.id == "certificate-wrong" and said.confidence <= 0.6
