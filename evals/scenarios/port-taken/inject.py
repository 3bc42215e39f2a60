"""By a process of nobody's, by another unit, by a socket unit."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant

SERVER = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def _wants(stage: Stage, port: int) -> str:
    name = stage.word()
    unit = stage.unit(name, f"{stage.program(name, SERVER)} {port}", ("Restart=on-failure", "RestartSec=200ms"))
    stage.start(unit)
    stage.failed(unit)
    return unit


@variant
def stray(stage: Stage) -> Fault:
    port = stage.port()
    scope = f"systemd-run --quiet --scope --slice=user.slice --unit=session-{stage.seed % 70 + 20}.scope"
    stage.sh(f"{scope} python3 -m http.server --bind 127.0.0.1 {port} >/dev/null 2>&1 </dev/null &")
    stage.wait(lambda: stage.answers(port), "the stray to listen")
    unit = _wants(stage, port)
    fix = f"kill $(pgrep -f '[h]ttp.server --bind'); sleep 0.3; systemctl reset-failed {unit}; systemctl start {unit}"
    return Fault(culprits=(f"port {port}", "python3"), healthy=lambda: stage.active(unit), fix=fix)


@variant
def other(stage: Stage) -> Fault:
    holder, port = stage.web()
    unit = _wants(stage, port)
    return Fault(culprits=(holder,), healthy=lambda: stage.active(unit))


@variant
def socket(stage: Stage) -> Fault:
    name, port = stage.word(), stage.port()
    stage.unit(name, "/bin/sleep 100000")
    stage.file(f"{name}.socket", f"[Socket]\nListenStream=127.0.0.1:{port}\n[Install]\nWantedBy=sockets.target\n")
    stage.start(f"{name}.socket")
    unit = _wants(stage, port)
    return Fault(culprits=(f"{name}.socket",), healthy=lambda: stage.active(unit))
