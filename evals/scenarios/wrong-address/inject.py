"""An address that is not of this host, a port that moved, a name that leads elsewhere."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def bind(stage: Stage) -> Fault:
    name, address = stage.word(), f"10.{stage.seed % 200}.4.{stage.chance.randrange(2, 250)}"
    body = "import socket, sys, time\nsocket.create_server((sys.argv[1], int(sys.argv[2])))\ntime.sleep(1e6)\n"
    unit = stage.unit(
        name, f"{stage.program(name, body)} {address} {stage.port()}", ("Restart=on-failure", "RestartSec=100ms")
    )
    stage.start(unit)
    stage.failed(unit)
    fix = f"ip address add {address}/32 dev lo; systemctl reset-failed {unit}; systemctl start {unit}"
    return Fault(culprits=(address,), healthy=lambda: stage.active(unit), fix=fix)


@variant
def old_port(stage: Stage) -> Fault:
    """The server listens on another port since its last change; its client was forgotten."""
    server, port = stage.web()
    old = port + 1000
    client = stage.client(stage.word(), f"http://127.0.0.1:{old}/")
    stage.wait_said(client, "refused", 4)
    fix = f"sed -i 's/{old}/{port}/' $(systemctl show -P FragmentPath {client}); systemctl daemon-reload; systemctl restart {client}"

    def healthy() -> bool:
        return f":{port}/" in stage.machine.properties(client)["ExecStart"] and stage.active(server, client)

    return Fault(culprits=(str(old),), healthy=healthy, fix=fix)


@variant
def hosts(stage: Stage) -> Fault:
    """The name of the server is in /etc/hosts with an address from before it moved."""
    server, port = stage.web()
    name = f"{stage.word().partition('-')[2]}.internal"
    stage.sh(f"echo '127.0.0.{stage.chance.randrange(20, 200)} {name}' >>/etc/hosts")
    client = stage.client(stage.word(), f"http://{name}:{port}/")
    stage.wait_said(client, "refused", 4)
    fix = f"sed 's/^127.*{name}/127.0.0.1 {name}/' /etc/hosts >/root/h; cat /root/h >/etc/hosts"

    def healthy() -> bool:
        meant = stage.machine.run(["getent", "hosts", name]).stdout.startswith("127.0.0.1 ")
        return meant and stage.machine.get(f"http://127.0.0.1:{port}/") == 200 and stage.active(server, client)

    return Fault(culprits=("/etc/hosts", name), healthy=healthy, fix=fix)
