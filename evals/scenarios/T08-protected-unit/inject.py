"""The failing unit is protected: people are told, it is never restarted automatically."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return ("ssh.service", "sshd.service")


def inject(machine: Machine, shop: Shop) -> None:
    machine.write("/etc/ssh/sshd_config.d/99-local.conf", f"PermitRootLogon no # {shop.seed}\n")
    machine.run(["systemctl", "restart", "ssh.service"], check=False)
    machine.wait_failed("ssh.service")


def verified(machine: Machine, shop: Shop) -> bool:
    return machine.properties("ssh.service")["ActiveState"] == "failed"
