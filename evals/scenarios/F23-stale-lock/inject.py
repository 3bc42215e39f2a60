"""A lock file of a dead process is in the way."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.db.unit, shop.db.lock)


def inject(machine: Machine, shop: Shop) -> None:
    unit = shop.db
    machine.run(["systemctl", "stop", unit.unit])
    dead = machine.run(["sh", "-c", "echo $$"]).stdout.strip()
    machine.write(unit.lock, f"{dead}\n", owner=f"{shop.user}:{shop.user}")
    machine.run(["systemctl", "start", unit.unit], check=False)
    machine.wait_failed(unit.unit)


def verified(machine: Machine, shop: Shop) -> bool:
    main = machine.properties(shop.db.unit)["MainPID"]
    return machine.get(shop.db.url) == 200 and machine.read(shop.db.lock).strip() == main
