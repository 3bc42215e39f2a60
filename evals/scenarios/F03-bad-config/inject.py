"""A configuration edit breaks the syntax; the last good copy is known."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.victim.unit,)


def inject(machine: Machine, shop: Shop) -> None:
    unit = shop.victim
    broken = ("[service", "listen 0.0.0.0 {", "workers")[shop.seed % 3]
    machine.run(["sed", "-i", rf"s/^\[service\]$/{broken}/", unit.config])
    machine.run(["systemctl", "restart", unit.unit], check=False)
    machine.wait_failed(unit.unit)


def verified(machine: Machine, shop: Shop) -> bool:
    unit = shop.victim
    test = machine.run([unit.program, "--test", unit.config], check=False)
    same = machine.read(unit.config) == machine.read(shop.good_copy(unit.config))
    return test.returncode == 0 and same and machine.get(unit.health) == 200
