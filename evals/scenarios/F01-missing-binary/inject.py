"""After a deploy a unit starts a program that does not exist."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.victim.unit,)


def inject(machine: Machine, shop: Shop) -> None:
    unit = shop.victim
    release = f"{unit.program}-{1 + shop.seed % 9}.{shop.seed % 7}"
    machine.run(["sed", "-i", f"s|^ExecStart={unit.program} |ExecStart={release} |", unit.unit_file])
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "restart", unit.unit], check=False)
    machine.wait_failed(unit.unit)


def verified(machine: Machine, shop: Shop) -> bool:
    return machine.read(shop.victim.unit_file) == machine.read(shop.good_copy(shop.victim.unit_file)) and (
        machine.get(shop.victim.health) == 200
    )
