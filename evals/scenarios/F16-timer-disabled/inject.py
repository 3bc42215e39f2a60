"""A timer that should run is disabled."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.timer, shop.backup)


def inject(machine: Machine, shop: Shop) -> None:
    machine.run(["systemctl", "--quiet", "disable", "--now", shop.timer])


def verified(machine: Machine, shop: Shop) -> bool:
    timer = machine.properties(shop.timer)
    return timer["UnitFileState"] == "enabled" and timer.get("NextElapseUSecRealtime", "") not in ("", "infinity")
