"""The limit is where it ended; why it failed each time is the cause."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def reason(stage: Stage) -> Fault:
    name = stage.word()
    body = "import sys, time\nopen('/etc/ferry/keys.pem')\ntime.sleep(1e6)\n".replace("ferry", name)
    unit = stage.unit(name, stage.program(name, body), ("Restart=always", "RestartSec=50ms"))
    stage.start(unit)
    stage.failed(unit)
    fix = f"mkdir /etc/{name}; touch /etc/{name}/keys.pem; systemctl reset-failed {unit}; systemctl start {unit}"
    return Fault(culprits=(f"/etc/{name}/keys.pem",), healthy=lambda: stage.active(unit), fix=fix)


@variant
def socket(stage: Stage) -> Fault:
    """A socket unit whose service fails at each connection, until the socket fails, too."""
    name, port = stage.word(), stage.port()
    path = f"/usr/local/bin/{name}"
    stage.machine.write(
        path, f"#!/bin/sh\necho 'cannot open /var/lib/{name}/state: No such file or directory' >&2\nexit 3\n", 0o755
    )
    stage.unit(name, path)
    stage.file(f"{name}.socket", f"[Socket]\nListenStream=127.0.0.1:{port}\n[Install]\nWantedBy=sockets.target\n")
    stage.start(f"{name}.socket")
    for _ in range(8):
        stage.answers(port)
    stage.wait(lambda: "failed" in (stage.state(f"{name}.socket"), stage.state(f"{name}.service")), "it to give up")
    return Fault(culprits=(name,), healthy=lambda: False)
