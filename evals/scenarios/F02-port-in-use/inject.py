"""A stray process holds the port of a unit."""

from __future__ import annotations

import shlex

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.victim.unit,)


def inject(machine: Machine, shop: Shop) -> None:
    unit = shop.victim
    machine.run(["systemctl", "stop", unit.unit])
    start_stray(machine, shop, unit.port)
    machine.run(["systemctl", "start", unit.unit], check=False)
    machine.wait_failed(unit.unit)


def start_stray(machine: Machine, shop: Shop, port: int) -> None:
    """As somebody who logged in, tried something and forgot it: in a session, in no unit's group."""
    login = f"dev{shop.seed % 90 + 10}"
    machine.run(["useradd", "--create-home", login])
    scope = ["systemd-run", "--quiet", "--scope", "--slice=user.slice", f"--unit=session-{shop.seed % 80 + 20}.scope"]
    server = [
        "setpriv",
        f"--reuid={login}",
        f"--regid={login}",
        "--init-groups",
        "/usr/bin/python3",
        "-m",
        "http.server",
    ]
    line = shlex.join([*scope, *server, "--bind", "127.0.0.1", "--directory", f"/home/{login}", str(port)])
    machine.run(["sh", "-c", f"{line} >/dev/null 2>&1 </dev/null &"])
    machine.wait(lambda: machine.get(f"http://127.0.0.1:{port}/") == 200, "the stray process to listen")


def verified(machine: Machine, shop: Shop) -> bool:
    main = machine.properties(shop.victim.unit)["MainPID"]
    owner = machine.run(["ss", "-Hltnp", f"sport = :{shop.victim.port}"]).stdout
    return f"pid={main}," in owner and machine.get(shop.victim.health) == 200
