"""A service hangs and its watchdog fires."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.worker.unit,)


def inject(machine: Machine, shop: Shop) -> None:
    unit = shop.worker
    machine.write(f"{unit.unit_file}.d/watchdog.conf", "[Service]\nWatchdogSec=3\nTimeoutAbortSec=1\nRestart=no\n")
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "restart", unit.unit])
    machine.run(["kill", "-STOP", machine.properties(unit.unit)["MainPID"]])
    machine.wait_failed(unit.unit)


def verified(machine: Machine, shop: Shop) -> bool:
    return machine.get(shop.worker.health) == 200
