"""The data directory belongs to root."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.db.unit, shop.records)


def inject(machine: Machine, shop: Shop) -> None:
    machine.run(["chown", "-R", "root:root", shop.records])
    machine.run(["systemctl", "restart", shop.db.unit], check=False)
    machine.wait_failed(shop.db.unit)


def verified(machine: Machine, shop: Shop) -> bool:
    owner = machine.run(["stat", "-c", "%U:%G %a", shop.records]).stdout.strip()
    return owner == f"{shop.user}:{shop.user} 755" and machine.get(shop.db.url) == 200
