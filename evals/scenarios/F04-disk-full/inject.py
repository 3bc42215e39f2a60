"""The data file system is full of rotated logs beside user files."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.data, shop.mount_unit, shop.db.unit)


def inject(machine: Machine, shop: Shop) -> None:
    fill = """
n=4
while head -c 2000000 /dev/urandom >"$1/access.log.$n.gz" 2>/dev/null; do n=$((n + 1)); done
chown -R --reference="$1" "$1"
"""
    machine.run(["sh", "-c", fill, "sh", shop.logs])
    for _ in range(12):
        machine.get(shop.web.url)


def verified(machine: Machine, shop: Shop) -> bool:
    used = int(machine.run(["df", "--output=pcent", shop.data]).stdout.split()[-1].rstrip("%"))
    return used < 70 and machine.get(shop.web.url) == 200
