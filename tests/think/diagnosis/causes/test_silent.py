from __future__ import annotations

from .scene import Looks, ask, trigger, unit

CLIENT = unit(active_state="active", result="success", exit_status=0)


async def test_who_is_refused_by_nobody_knows_whom_is_told_the_one_silent_port_of_its_settings() -> None:
    refused = trigger("dependency-failed", "Sending failed: Connection refused")
    for ports, culprit in (([2526], "port 2526"), ([2526, 2527], "shop.service")):
        looks = Looks(
            unit_status={"settings_ports": ports}, listening_sockets={"sockets": [], "x": 1}, port_claims={"claims": []}
        )
        _, said = await ask(refused, looks=looks, units=(CLIENT,))
        assert said.cause and said.cause.object == culprit and said.proposal is None
