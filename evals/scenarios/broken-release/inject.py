"""Old releases were cleaned up while the link still pointed at one of them."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def removed(stage: Stage) -> Fault:
    name, port = stage.word(), stage.port()
    new, old = "2024-11-02", "2024-10-07"
    program = stage.program(
        name, "from http.server import test; import sys; test(port=int(sys.argv[1]), bind='127.0.0.1')"
    )
    stage.sh(f"mkdir -p /opt/{name}/releases/{new}/bin; cp {program} /opt/{name}/releases/{new}/bin/serve")
    stage.sh(f"ln -s /opt/{name}/releases/{old} /opt/{name}/current")
    unit = stage.unit(name, f"/opt/{name}/current/bin/serve {port}")
    stage.start(unit)
    stage.failed(unit)
    fix = f"ln -sfn /opt/{name}/releases/{new} /opt/{name}/current; systemctl start {unit}"
    return Fault(culprits=(f"/opt/{name}/current",), healthy=lambda: stage.answers(port), fix=fix)


@variant
def data(stage: Stage) -> Fault:
    """The program is there; what it serves is behind the link."""
    name = stage.word()
    stage.sh(f"mkdir -p /srv/{name}/r2; echo hello >/srv/{name}/r2/index; ln -s r1 /srv/{name}/live")
    body = "import sys, time\nopen(sys.argv[1] + '/index')\ntime.sleep(1e6)\n"
    unit = stage.unit(name, f"{stage.program(name, body)} /srv/{name}/live")
    stage.start(unit)
    stage.failed(unit)
    fix = f"ln -sfn r2 /srv/{name}/live; systemctl start {unit}"
    return Fault(culprits=(f"/srv/{name}/live",), healthy=lambda: stage.active(unit), fix=fix)
