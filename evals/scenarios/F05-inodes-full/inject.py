"""The inodes are used up by a session spool."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.data, shop.mount_unit, shop.sessions)


def inject(machine: Machine, shop: Shop) -> None:
    fill = "import sys, itertools\nfor n in itertools.count(): open(f'{sys.argv[1]}/sess_{n:08x}', 'x').close()"
    machine.run(["/usr/bin/python3", "-I", "-c", fill, shop.sessions], check=False)
    machine.run(["chown", "-R", f"{shop.user}:", shop.sessions])


def verified(machine: Machine, shop: Shop) -> bool:
    used = int(machine.run(["df", "--output=ipcent", shop.data]).stdout.split()[-1].rstrip("%"))
    return used < 70 and machine.run(["test", "-d", shop.sessions], check=False).returncode == 0
