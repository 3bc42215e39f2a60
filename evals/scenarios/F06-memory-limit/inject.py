"""A unit hits its memory limit."""

from __future__ import annotations

from tests.rig import Machine
from tests.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.victim.unit,)


def inject(machine: Machine, shop: Shop) -> None:
    unit = shop.victim
    machine.write(f"{unit.unit_file}.d/limit.conf", "[Service]\nMemoryMax=200M\nMemorySwapMax=0\nRestart=no\n")
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "restart", unit.unit])
    machine.get(unit.url + "export")
    machine.wait_failed(unit.unit)


def verified(machine: Machine, shop: Shop) -> bool:
    return machine.get(shop.victim.health) == 200 and machine.properties(shop.victim.unit)["NRestarts"] == "0"
