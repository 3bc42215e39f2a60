"""A unit hits its memory limit."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.worker.unit,)


def inject(machine: Machine, shop: Shop) -> None:
    unit = shop.worker
    machine.write(f"{unit.unit_file}.d/limit.conf", "[Service]\nMemoryMax=200M\nMemorySwapMax=0\nRestart=no\n")
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "restart", unit.unit])
    machine.get(unit.url + "export")
    machine.wait_failed(unit.unit)


def verified(machine: Machine, shop: Shop) -> bool:
    return machine.get(shop.worker.health) == 200 and machine.properties(shop.worker.unit)["NRestarts"] == "0"
